"""Promise: killed a hundred times under load, collectors have every record once."""

import uuid
from random import Random

import pytest

from collecting import Collecting, Load, Publisher, holds_all, kill_under_load
from rill.broker import Broker, find_mosquitto
from rill.store import Store

KILLS = 25


@pytest.fixture(scope="module")
def broker():
    if find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    with Broker.local("mosquitto", more_config="max_inflight_messages 500\n") as started:
        yield started


@pytest.mark.prove
def test_killed_at_seeded_instants(broker, address):
    kill_under_load(broker, address, 1, KILLS, most_messages=1000)


@pytest.mark.prove
def test_two_that_share_killed_in_turns(broker, address):
    """The share of the one that is away waits for it, or goes to the other."""
    random, group = Random(3), uuid.uuid4().hex
    load = Load(random)

    def start(n):
        return Collecting(broker, address, "--share", group, "--client-id", f"{group}-{n}")

    with Publisher(broker) as publisher, Store(address) as store:
        both = [start(0), start(1)]
        for kill in range(KILLS):
            publisher.publish(load.messages(random.randint(1, 1000)))
            both[kill % 2].kill_after(random.uniform(0, 0.03))
            both[kill % 2] = start(kill % 2)
        both[0].wait_until(lambda: holds_all(store, load))
        for one in both:
            one.stop()
            assert one.said[-1]["conflicts"] == 0
