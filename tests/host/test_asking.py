"""Promise: what is missing is asked for again, once, and no two commands have one counter."""

import hmac
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collecting import DEADLINE_S, Publisher, payload
from rill.broker import Broker
from rill.collect.asking import Asking
from rill.collect.outbox import EXPIRES_S, Outbox
from rill.collect.streams import Streams, missing
from rill.collector import Collector
from rill.message import decode
from rill.signing import SigningError, read_keys, sign
from rill.store import Store

KEY = bytes(range(32))
NUMBERS = st.integers(1, 30)


class Clock:
    """Runs when told to."""

    def __init__(self, store):
        stored = store.database.run("SELECT MAX(received_s) AS at_s FROM readings")
        self.now_s = stored[0]["at_s"]

    def __call__(self):
        return self.now_s


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.sets(NUMBERS), st.lists(st.tuples(NUMBERS, NUMBERS)), NUMBERS, st.integers(0, 30))
def test_missing_is_what_nobody_accounts_for(seqs, told, oldest, complete):
    seqs = sorted(seq for seq in seqs if seq > complete)
    told = [tuple(sorted(both)) for both in told]
    accounted = {*seqs, *range(max(oldest, complete + 1))}
    accounted |= {seq for first, last in told for seq in range(first, last + 1)}
    lacking = set(range(1, seqs[-1] if seqs else 0)) - accounted
    found = missing(complete, oldest, seqs, told)
    assert {seq for first, last in found for seq in range(first, last + 1)} == lacking
    assert all(last + 1 < first for (_, last), (first, _) in zip(found, found[1:], strict=False))


def add(store, first, count, **changes):
    store.add(decode(payload("m", first, count, **changes)))


def add_event(store, seq, before, after, text="readings", code=7):
    row = [seq, 1_700_000_000, code, before, after, text, 0, 2]
    store.add(decode(payload("m", 1, 1, "events", rows=[row])))


def asked(asking):
    """What the commands ask for that are due now; the broker gets them all."""
    found = []
    for command in asking.due():
        asking.sent(command)
        assert command.line.split()[:2] == ["rill1", "m"]
        found.append(command.line.split()[4:-1])
    return found


def test_a_gap_is_asked_for_when_it_is_old_and_again_when_that_expires(address):
    with Store(address) as store:
        add(store, 5, 3)
        add(store, 10, 3)
        clock = Clock(store)
        asking = Asking(store.database, {"m": KEY}, clock=clock)
        assert asked(asking) == [] and asking.gaps == 1
        clock.now_s += 599
        assert asked(asking) == []
        clock.now_s += 60
        assert asked(asking) == [["again", "8", "9"]]
        other = Asking(store.database, {"m": KEY}, clock=clock)
        clock.now_s += EXPIRES_S - 1
        assert asked(asking) == [] and asked(other) == [] and other.gaps == 1
        clock.now_s += 60
        fresh = Asking(store.database, {"m": KEY}, clock=clock)
        assert asked(fresh) == [["again", "8", "9"]]
        assert asked(Asking(store.database, {"m": KEY}, clock=clock)) == []
        add(store, 8, 2)
        clock.now_s += 2 * EXPIRES_S
        closed = Asking(store.database, {"m": KEY}, clock=clock)
        assert asked(closed) == [] and closed.gaps == 0


def of_old_gaps(store, keys):
    clock = Clock(store)
    clock.now_s += 10_000
    return asked(Asking(store.database, keys, clock=clock))


def test_what_a_meter_can_not_give_is_not_asked_for(address):
    with Store(address) as store:
        add(store, 1, 1)
        add(store, 10, 1, oldest=5)  # 2 to 4 are gone
        add_event(store, 1, 5, 6)
        add_event(store, 2, 7, 8, code=8)
        add_event(store, 3, 9, 9, text="events")  # that is another 9
        assert of_old_gaps(store, {"other": KEY}) == []
        assert of_old_gaps(store, {"m": KEY}) == [["again", "9", "9"]]


def test_gaps_of_events_are_asked_for_like_those_of_readings(address):
    with Store(address) as store:
        add(store, 1, 1)
        add_event(store, 1, 0, 0, code=12)
        add_event(store, 9, 3, 4, text="events")  # dropped
        add_event(store, 10, 5, 5)  # that is another 5
        add(store, 2, 1)
        assert of_old_gaps(store, {"m": KEY}) == [["again_events", "2", "8"]]
        store.add(decode(payload("m", 2, 1, "events")))
        store.add(decode(payload("m", 5, 4, "events")))
        assert of_old_gaps(store, {"m": KEY}) == []
        assert Streams(store.database).gaps() == []


def test_a_meter_is_asked_for_one_stream_after_the_other(address):
    with Store(address) as store:
        for seq in (1, 5, 8):
            add(store, seq, 1)
            add_event(store, seq, 0, 0, code=12)
        add(store, 12, 1)
        assert of_old_gaps(store, {"m": KEY}) == [["again_events", "2", "7"]]
        assert of_old_gaps(store, {"m": KEY}) == []
        store.add(decode(payload("m", 2, 3, "events")))
        assert of_old_gaps(store, {"m": KEY}) == []  # 6 and 7 may be on their way
        store.add(decode(payload("m", 6, 2, "events")))
        assert of_old_gaps(store, {"m": KEY}) == [["again", "2", "11"]]


def test_what_is_never_answered_does_not_hold_up_the_rest(address):
    """Each gap once, before any is asked for once more."""
    with Store(address) as store:
        for seq in (1, 3, 1000):
            add(store, seq, 1)
        for seq in (1, 3):
            add_event(store, seq, 0, 0, code=12)
        clock, found = Clock(store), []
        for _ in range(10):
            clock.now_s += EXPIRES_S + 1000
            found += asked(Asking(store.database, {"m": KEY}, clock=clock))
    turn = [["again_events", "2", "2"], ["again", "2", "2"], ["again", "4", "999"]]
    assert found == 3 * turn


def test_what_a_coarse_meter_keeps_back_is_not_asked_for(address):
    """Flag 8192 says so, of what is directly before that reading and of nothing else."""

    def daily(seq):
        add(store, seq, 1, rows=[[seq, 1_700_000_000, 5000, 100, 3600, 8192, 2]])

    with Store(address) as store:
        for seq in (1, 25, 49):
            daily(seq)
        assert of_old_gaps(store, {"m": KEY}) == []
        daily(73)
        add(store, 80, 1)
        daily(97)
        assert of_old_gaps(store, {"m": KEY}) == [["again", "74", "79"]]


def test_only_the_journal_that_the_meter_has_now_is_asked_for(address):
    with Store(address) as store:
        add(store, 1, 1)
        add(store, 5, 1)
        with store.transaction():  # long ago
            store.database.run("UPDATE streams SET told_s = 1")
        add(store, 3, 1, journal="0" * 16)
        assert of_old_gaps(store, {"m": KEY}) == [["again", "1", "2"]]


def test_gaps_that_are_near_are_asked_for_together_and_others_later(address):
    with Store(address) as store:
        for first in (1, 5, 9, 1000, 1005):
            add(store, first, 1)
        Outbox(store.database, {"m": KEY}).sign("m", "again", "what?", now_s=1, is_sent=True)
        assert of_old_gaps(store, {"m": KEY}) == [["again", "2", "8"]]
        assert of_old_gaps(store, {"m": KEY}) == []  # it answers one at a time
        add(store, 2, 7)
        assert of_old_gaps(store, {"m": KEY}) == [["again", "10", "999"]]


def test_what_was_asked_for_three_times_in_vain_is_not_there(address):
    with Store(address) as store:
        add(store, 1, 1)
        add(store, 5, 1)
        clock, found = Clock(store), []
        for _ in range(5):
            clock.now_s += EXPIRES_S + 1000
            asking = Asking(store.database, {"m": KEY}, clock=clock)
            found += asked(asking)
        assert found == [["again", "2", "4"]] * 3
        assert asking.gaps == 1


def test_a_command_that_the_broker_did_not_confirm_is_sent_again(address):
    with Store(address) as store:
        add(store, 1, 1)
        add(store, 5, 1)
        clock = Clock(store)
        clock.now_s += 10_000
        first = Asking(store.database, {"m": KEY}, clock=clock).due()
        clock.now_s += 700
        assert Asking(store.database, {"m": KEY}, clock=clock).due() == first
        asking = Asking(store.database, {"m": KEY}, clock=clock)
        asking.sent(first[0])
        assert asking.due() == []


def test_counters_never_collide(address):
    """Four threads, each with a connection of its own."""
    counters, threads = [], []

    def take():
        with Store(address) as store:
            outbox = Outbox(store.database, {"m": KEY})
            counters.extend(outbox.sign("m", "sample", now_s=1000).counter for _ in range(25))

    with Store(address):
        for _ in range(4):
            threads.append(threading.Thread(target=take))
            threads[-1].start()
        for thread in threads:
            thread.join(DEADLINE_S)
    assert sorted(counters) == list(range(1000, 1100))


def test_counters_go_on_from_the_time_when_the_database_was_lost(tmp_path):
    made = []
    for now_s in (1_700_000_000, 1_700_000_001):
        with Store(tmp_path / f"{now_s}.db") as store:
            made.append(Outbox(store.database, {"m": KEY}).sign("m", "sample", now_s=now_s))
    assert made[0].counter < made[1].counter


def test_the_collector_sends_what_it_asks_for(address):
    """Over a broker: a meter that waits for commands gets one line with a right MAC."""
    heard = []
    with Broker.local() as broker, Store(address) as store, Publisher(broker) as meter:
        asking = Asking(store.database, {"m": KEY}, look_s=0, grace_s=0)
        meter.listen("rill/m/commands", heard.append)
        with Collector(broker, store, asking=asking) as collector:
            meter.publish([("rill/m/readings", payload("m", 1, 2))])
            meter.publish([("rill/m/readings", payload("m", 5, 2))])
            assert meter.wait_for(lambda: heard, DEADLINE_S)
            meter.publish([("rill/m/readings", payload("m", 3, 2))])
            assert collector.wait_for(lambda: len(store.rows("m")) == 6, DEADLINE_S)
        sent = store.database.run("SELECT line, is_sent FROM commands")
    signed, mac = heard[0].rsplit(" ", 1)
    assert mac == hmac.digest(KEY, signed.encode(), "sha256").hex()[:32]
    assert signed.split()[4:] == ["again", "3", "4"]
    assert sent == [{"line": heard[0], "is_sent": 1}] and len(heard) == 1


def test_a_line_that_no_meter_would_read_is_not_made():
    for wrong in (
        ("a", 0, 1, "x"),
        ("a", 1, 2**32, "x"),
        ("a", 1, 1, "x y"),
        ("a", 1, 1, "\u00e4"),
    ):
        with pytest.raises(SigningError):
            sign(KEY, *wrong)
    with pytest.raises(SigningError, match="200"):
        sign(KEY, "a", 1, 1, "x" * 200)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("m 00", "line 1"),
        ("# keys\n\nm " + "0" * 63 + "g", "line 3"),
        (f"m {'00' * 32}\n" * 2, "again"),
    ],
)
def test_a_wrong_file_of_keys_is_told_without_the_keys(tmp_path, text, says):
    path = tmp_path / "keys"
    path.write_text(text)
    with pytest.raises(SigningError, match=says) as raised:
        read_keys(path)
    assert "00" not in str(raised.value).replace(str(path), "")


def test_keys_are_read(tmp_path):
    path = tmp_path / "keys"
    path.write_text(f"# all meters\nm {KEY.hex()}\n\nmeter-2\t{'FF' * 32}\n")
    assert read_keys(path) == {"m": KEY, "meter-2": b"\xff" * 32}
    with pytest.raises(SigningError, match="No such file"):
        read_keys(tmp_path / "none")
