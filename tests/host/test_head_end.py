"""Promise: what the broker has for a collector is stored once, however that ends."""

import json
import time
import uuid
from random import Random

import pytest

from collecting import DEADLINE_S, Load, Publisher, holds_all, kill_under_load, payload
from rill.broker import Broker, find_mosquitto
from rill.collect.dial import Address
from rill.collector import Collector
from rill.decoding import decode
from rill.network import Network
from rill.store import Store

_HUAWEI = "$oc/devices/m/sys/properties/report"


@pytest.fixture(scope="module")
def broker():
    if find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    with Broker.local("mosquitto") as started:
        yield started


@pytest.fixture
def store():
    with Store() as opened:
        yield opened


def test_killed_under_load_it_stores_every_record_once(broker, address):
    kill_under_load(broker, address, seed=8, kills=2, most_messages=300)


def test_two_that_share_one_database_store_every_record_once(broker, address):
    load = Load(Random(9))
    with Store(address) as one, Store(address) as other:
        group = uuid.uuid4().hex  # the members of another would take their share
        first, second = (
            Collector(broker, store, client_id=group[n:], share=group)
            for n, store in enumerate((one, other))
        )
        with first, second, Publisher(broker) as publisher:
            published = load.messages(400)
            publisher.publish(published)
            await_all([first, second], lambda: first.messages + second.messages == len(published))
            assert holds_all(one, load)
            assert first.messages and second.messages
        assert one.conflicts == other.conflicts == 0


def await_all(collectors, predicate):
    """None of them hears of what the others do."""
    for turn in range(DEADLINE_S * 20):
        if collectors[turn % len(collectors)].wait_for(predicate, 0.05):
            return
    raise AssertionError("it took too long")


def test_what_comes_while_it_is_away_waits_at_the_broker(broker, store):
    with Publisher(broker) as publisher:
        for count in (0, 3):
            with Collector(broker, store, client_id="away") as collector:
                assert collector.wait_for(lambda n=count: len(store.rows("m")) == n, DEADLINE_S)
            publisher.publish([("rill/m/readings", payload("m", count + 1, 3))])
    with Collector(broker, store, client_id="away") as collector:
        assert collector.wait_for(lambda: len(store.rows("m")) == 6, DEADLINE_S)


def test_connections_lost_under_load_leave_no_hole(broker, store):
    random, load, published = Random(10), Load(Random(10)), 0
    with Network(broker.host, broker.port) as network, Publisher(broker) as publisher:
        away = Address("127.0.0.1", network.port, None, None, None)
        with Collector(away, store, client_id="unlucky") as collector:
            for _ in range(3):
                messages = load.messages(random.randint(50, 200))
                publisher.publish(messages)
                published += len(messages)
                network.up = False
                assert collector.wait_for(lambda: not collector.is_subscribed, DEADLINE_S)
                network.up = True
                assert collector.wait_for(lambda: collector.is_subscribed, DEADLINE_S)
            assert collector.wait_for(lambda: holds_all(store, load), DEADLINE_S)
            assert collector.interruptions == 3
            assert collector.messages >= published
    assert store.conflicts == 0


def test_what_is_not_on_disk_is_not_confirmed(broker, store):
    """A store that fails: the broker has the message still, for the next collector."""
    broken = Store()
    with (
        Collector(broker, broken, client_id="broken") as collector,
        Publisher(broker) as publisher,
    ):
        broken.close()
        publisher.publish([("rill/m/readings", payload("m", 1, 3))])
        with pytest.raises(Exception, match=":memory:"):
            collector.wait_for(lambda: False, DEADLINE_S)
    with Collector(broker, store, client_id="broken") as collector:
        assert collector.wait_for(lambda: len(store.rows("m")) == 3, DEADLINE_S)


def test_what_cant_be_decoded_is_kept_raw_with_the_reason(broker, address):
    bad = [
        ("rill/m/readings", b"P\x02 of tomorrow"),
        ("rill/m/readings", payload("m", 1, 1, v=3)),
        ("rill/m/readings", payload("other", 1, 1)),
        ("rill/m/events", payload("m", 1, 1)),
        ("rill/m/new", b"{}"),
        ("rill/m/mystate", b"{}"),
        ("rill/m/status", b'{"v":2,"device":"other"}'),
        ("rill/m/answers", b'{"v":2,"device":"m","counter":1,"outcome":"maybe"}'),
        ("rill/m/events", payload("m", 1, 1, "events").replace(b"A. Miller", b"\\u0000")),
        ("rill/m/events", payload("m", 2, 1, "events").replace(b"A. Miller", b"\\ud800")),
        ("rill/m/readings", b""),
        ("rill/m/readings", b"Q of tomorrow"),
        (_HUAWEI, b'{"services":[{"service_id":"Battery"}]}'),
        (_HUAWEI, b'{"services":[{"service_id":"Battery","properties":7}]}'),
    ]
    with Store(address) as store, Publisher(broker) as publisher:
        with Collector(broker, store) as collector:
            publisher.publish([*bad, *bad, ("rill/m/readings", payload("m", 1, 3))])
            assert collector.wait_for(lambda: collector.messages == 2 * len(bad) + 1, DEADLINE_S)
            said = collector.take_bad()
        found = store.database.run("SELECT * FROM raw")
        assert len(store.rows("m")) == 3
        # SQLite stores a NUL, PostgreSQL does not: there it is kept raw.
        lasting = [one for one in bad if b"u0000" not in one[1]]
        kept = {(row["topic"], bytes(row["payload"])) for row in found}
        assert set(lasting) <= kept <= set(bad) and len(found) == len(kept)
        assert collector.bad_messages == len(said) == 2 * len(found)
        assert any(
            "'rill/m/readings'" in row["reason"] and "other" in row["reason"] for row in found
        )
        (later,) = [row["reason"] for row in found if bytes(row["payload"])[:1] == b"Q"]
        assert "0x51" in later and "does not know" in later


def test_what_breaks_a_decoder_is_kept_raw_too(broker, store, monkeypatch):
    """Else it would come again for ever, and nothing behind it."""
    monkeypatch.setattr("rill.message.decode", lambda payload: 1 // len(payload) - payload["x"])
    with Collector(broker, store) as collector, Publisher(broker) as publisher:
        publisher.publish([("rill/m/readings", b"{}")])
        assert collector.wait_for(lambda: collector.bad_messages == 1, DEADLINE_S)
    (raw,) = store.database.run("SELECT * FROM raw")
    assert raw["payload"] == b"{}" and "TypeError" in raw["reason"]


def test_what_is_said_of_a_bad_message_names_its_topic_and_can_be_printed(broker, store):
    values = b'{"device":"m","seq":1,"odometer_ml":1,"interval_ml":0,"battery_mv":1,"flags":0,'
    values += b'"uncertainty_s":0,"\\ud800\\n\\u001b[31m":1}'
    with Collector(broker, store) as collector, Publisher(broker) as publisher:
        publisher.publish([("v1/devices/me/telemetry", b'[{"ts":1000001,"values":%s}]' % values)])
        assert collector.wait_for(lambda: collector.bad_messages == 1, DEADLINE_S)
    (said,) = collector.take_bad()
    assert said == r"'v1/devices/me/telemetry': record 1 has \ud800\n\x1b[31m"


def test_two_that_take_a_session_from_each_other_do_not_storm_the_broker(broker):
    with Store() as one, Store() as other:
        first = Collector(broker, one, client_id="twin")
        with first, Collector(broker, other, client_id="twin"):
            time.sleep(3)
            assert 1 <= first.interruptions <= 5


def test_what_the_body_shows_more_is_kept_as_the_newest_reading_came_with_it(address):
    with Store(address) as store:
        for first, offset_ml in ((5, -250), (9, 12_000), (2, 7)):
            store.add(decode("rill/m/readings", payload("m", first, 1, offset_ml=offset_ml)))
        store.add(decode("rill/m/readings", payload("m", 20, 1)))  # says nothing of it
        (found,) = store.database.run("SELECT * FROM offsets")
    assert (found["device"], found["seq"], found["offset_ml"]) == ("m", 9, 12_000)


def test_a_record_that_came_without_a_time_takes_that_of_one_that_comes_again(address):
    undated, dated = [1, None, 5, 5, 3600, 1, 65535, 3, 60], [1, 1_767_225_600, 5, 5, 3600, 64, 20]
    later = [1, 1_767_225_700, 5, 5, 3600, 64, 40]
    with Store(address) as store:
        for row in (undated, dated, undated, later):
            store.add(decode("rill/m/readings", payload("m", 1, 1, rows=[row])))
        (found,) = store.rows("m")
        assert store.conflicts == 0
    assert (found["time_s"], found["uncertainty_s"], found["flags"]) == (1_767_225_600, 20, 64)
    assert (found["boot"], found["uptime_s"]) == (3, 60)


def test_status_and_answers_are_kept_once(broker, store):
    status = b'{"v":2,"device":"m","firmware":"0.1.0"}'
    answer = b'{"v":2,"device":"m","counter":7,"command":"sample","outcome":"done"}'
    messages = [("rill/m/status", status), ("rill/m/answers", answer)]
    with Collector(broker, store) as collector, Publisher(broker) as publisher:
        publisher.publish([*messages, *messages, ("rill/m/commands", b"rill1 not for us")])
        assert collector.wait_for(lambda: collector.messages == 4, DEADLINE_S)
    assert collector.bad_messages == 0
    assert [row["text"].encode() for row in store.database.run("SELECT * FROM status")] == [status]
    found = store.database.run("SELECT counter, command, outcome FROM answers")
    assert found == [{"counter": 7, "command": "sample", "outcome": "done"}]


def test_a_status_in_huaweis_form_is_kept_once_as_that_of_its_meter(broker, store):
    services = [
        {"service_id": "Battery", "properties": {"battery_mv": 3600}},
        {"service_id": "DeliverySchedule", "properties": {"boot": 1}},
    ]
    status = json.dumps({"services": services}).encode()
    with Collector(broker, store) as collector, Publisher(broker) as publisher:
        publisher.publish([(_HUAWEI, status), (_HUAWEI, status)])
        assert collector.wait_for(lambda: collector.messages == 2, DEADLINE_S)
    found = store.database.run("SELECT device, text FROM status")
    assert found == [{"device": "m", "text": status.decode()}] and collector.bad_messages == 0
