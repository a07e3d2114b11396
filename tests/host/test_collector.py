"""The head end: strict decoding, and messages over a real broker into the store."""

import json
import sqlite3
from importlib import util

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt import publish

from rill.broker import Broker, find_mosquitto
from rill.collector import MAX_BAD, Collector
from rill.message import EventRow, Message, PayloadError, Row, decode
from rill.store import Store, StoreError

DEADLINE_S = 10
JOURNAL = "9f86d081884c7d65"
ROW = [1, 1_700_000_000, 5000, 100, 3600, 0, 2]
TIMELESS = [2, None, 5100, 100, 3590, 4, 65535, 7, 3600]
EVENT = [1, 1_700_000_000, 12, -5, 100, "A. M\u00fcller", 0, 2]
TIMELESS_EVENT = [2, None, 1, 0, 1, "0.1.0", 1, 65535, 7, 12]


def body(rows=(ROW,), **changes):
    found = {"v": 2, "device": "rill-0001", "journal": JOURNAL, "stream": "readings"}
    return {**found, "rows": rows, **changes}


def payload(rows=(ROW,), **changes):
    return json.dumps(body(rows, **changes)).encode()


def replaced(row, index, value):
    return [*row[:index], value, *row[index + 1 :]]


def test_payload_is_decoded():
    message = decode(payload([ROW, TIMELESS]))
    assert message == Message("rill-0001", JOURNAL, "readings", (Row(*ROW), Row(*TIMELESS)))
    assert (message.rows[0].boot, message.rows[1].time_s) == (None, None)
    assert decode(payload(journal=JOURNAL.upper())).journal == JOURNAL


def test_events_and_live_readings_are_decoded():
    message = decode(payload([EVENT, TIMELESS_EVENT], stream="events", oldest=1))
    assert message.rows == (EventRow(*EVENT), EventRow(*TIMELESS_EVENT))
    live = [None, *ROW[1:]]
    message = decode(payload([live], stream="live", journal=None))
    assert message == Message("rill-0001", "", "live", (Row(*live),))
    with Store() as store:
        assert store.add(message) == (0, 0)
        assert store.live == {"rill-0001": Row(*live)} and store.rows("rill-0001") == []


def test_limits_are_allowed():
    highest = [2**32 - 1, 2**32 - 1, 2**63 - 1, 2**63 - 1, 65535, 65535, 65535]
    timeless = [1, None, 0, 0, 0, 0, 0, 65535, 2**32 - 1]
    message = decode(payload([highest, timeless], device="x" * 32))
    with Store() as store:
        assert store.add(message) == (2, 0)
        assert store.rows("x" * 32)[1]["odometer_ml"] == 2**63 - 1


@pytest.mark.parametrize("index", range(7))
@pytest.mark.parametrize("value", [True, -1, 2**63, 1.0, "1", [], {}, False])
def test_wrong_entry_is_told(index, value):
    with pytest.raises(PayloadError, match="row 2"):
        decode(payload([ROW, replaced(ROW, index, value)]))


@pytest.mark.parametrize(("index", "value"), [(7, -1), (7, 65536), (8, 2**32), (8, None), (7, "")])
def test_wrong_uptime_is_told(index, value):
    with pytest.raises(PayloadError, match="of row 1 is not an integer"):
        decode(payload([replaced(TIMELESS, index, value)]))


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (payload([]), "at least one row"),
        (payload(rows=[ROW[:6]]), "row 1 is not a list of 7 or 9"),
        (payload(rows=[TIMELESS[:8]]), "row 1 is not a list of 7 or 9"),
        (payload(rows=[TIMELESS[:7]]), "9 entries when its time is null"),
        (payload(rows=[[*ROW, 7, 3600]]), "9 entries when its time is null"),
        (payload(rows=[EVENT], stream="events")[:-2] + b"", "not JSON"),
        (payload(rows=[EVENT[:7]], stream="events"), "row 1 is not a list of 8 or 10"),
        (payload(rows=[replaced(EVENT, 5, 7)], stream="events"), "text of row 1"),
        (payload(rows=[replaced(EVENT, 5, "x" * 41)], stream="events"), "text of row 1"),
        (payload(rows=[replaced(EVENT, 2, 0)], stream="events"), "code of row 1"),
        (payload(rows=[replaced(EVENT, 3, 2**63)], stream="events"), "before of row 1"),
        (payload(oldest=0), "oldest of the payload"),
        (payload(offset_ml="1"), "offset_ml of the payload"),
        (payload(stream="live"), "journal of a live reading"),
        (payload(stream="live", journal=None), "live reading has a number"),
        (payload(journal=None), "journal is not a string"),
        (payload(rows=["abcdef"]), "row 1 is not a list"),
        (payload(rows=[replaced(ROW, 0, 0)]), "seq of row 1 is not an integer 1..4294967295"),
        (payload(rows=[replaced(ROW, 4, 65536)]), "battery_mv of row 1"),
        (payload(v=1), "v, the version"),
        (payload(v=True), "v, the version"),
        (payload(v=2.0), "v, the version"),
        (payload(device=""), "device"),
        (payload(device="x" * 33), "device"),
        (payload(device="rill-1\n"), "device"),
        (payload(device="rill/1"), "device"),
        (payload(device=7), "device"),
        (payload(journal=JOURNAL[1:]), "journal"),
        (payload(journal="g" * 16), "journal"),
        (payload(stream="other"), "stream"),
        (payload(stream=["readings"]), "stream"),
        (payload(more=1), "keys"),
        (b'{"v":2}', "keys"),
        (b'{"v":2,"v":2}', "twice"),
        (b"[]", "not a JSON object"),
        (b"", "not JSON"),
        (b"\xff", "not UTF-8 at byte 0"),
        (payload().decode().encode("utf-16"), "not UTF-8"),
        (b"[" * 100_000, "not JSON"),
        (b"9" * 5000, "not JSON"),
        (payload()[:-1], "not JSON"),
        (payload().replace(b"3600", b"NaN"), "battery_mv"),
    ],
)
def test_wrong_payload_is_told(made, reason):
    with pytest.raises(PayloadError, match=reason) as raised:
        decode(made)
    assert "\n" not in str(raised.value)


def is_message_or_payload_error(made):
    try:
        return isinstance(decode(made), Message)
    except PayloadError:
        return True


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(), inner, max_size=6),
    max_leaves=8,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.binary(max_size=300))
def test_any_bytes_give_a_message_or_payload_error(made):
    assert is_message_or_payload_error(made)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.sampled_from([*body()]), JSON_VALUES, st.lists(JSON_VALUES, max_size=8))
def test_any_json_gives_a_message_or_payload_error(key, value, row):
    assert is_message_or_payload_error(payload(**{key: value}))
    assert is_message_or_payload_error(payload([ROW, row]))
    assert is_message_or_payload_error(json.dumps(value).encode())


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.integers(0, 200), st.binary(max_size=4), st.integers(0, 4))
def test_any_damage_gives_a_message_or_payload_error(at, put, taken):
    whole = payload([ROW, TIMELESS])
    assert is_message_or_payload_error(whole[:at] + put + whole[at + taken :])


def test_store_keeps_the_first_and_counts_conflicts(tmp_path):
    path = tmp_path / "readings.db"
    first = decode(payload([TIMELESS, ROW]))
    with Store(path) as store:
        assert store.add(first) == (2, 0)
        assert store.add(first) == (0, 2)
        assert store.conflicts == 0
        assert store.add(decode(payload([replaced(ROW, 2, 1), [3, *ROW[1:]]]))) == (1, 1)
        assert store.conflicts == 1
        assert store.add(decode(payload(journal="0" * 16))) == (1, 0)
        assert store.counts() == {"rill-0001": 4}
    with Store(path) as store:
        rows = store.rows("rill-0001")
        assert [row["seq"] for row in rows] == [1, 1, 2, 3]
        assert {row["odometer_ml"] for row in rows} == {5000, 5100}
        assert rows[2]["boot"] == 7 and rows[2]["time_s"] is None
        assert store.rows("other") == []


def test_events_have_a_table_of_their_own(tmp_path):
    with Store(tmp_path / "readings.db") as store:
        assert store.add(decode(payload())) == (1, 0)
        assert store.add(decode(payload([EVENT, TIMELESS_EVENT], stream="events"))) == (2, 0)
        assert store.add(decode(payload([EVENT], stream="events"))) == (0, 1)
        assert store.counts() == {"rill-0001": 1} and store.conflicts == 0
        rows = store.rows("rill-0001", "events")
        assert [(row["seq"], row["before"], row["text"]) for row in rows] == [
            (1, -5, "A. M\u00fcller"),
            (2, 0, "0.1.0"),
        ]


def test_unusable_store_names_its_path(tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("these are not readings, and not a database either. " * 40)
    for path in (text, tmp_path / "missing" / "readings.db", tmp_path):
        with pytest.raises(StoreError, match=path.name):
            Store(path)
    other = tmp_path / "other.db"
    database = sqlite3.connect(other)
    database.execute("CREATE TABLE readings (seq)")
    database.close()
    with pytest.raises(StoreError, match=r"other\.db.*other columns"):
        Store(other)


@pytest.fixture(scope="module", params=["mosquitto", "amqtt"])
def broker(request):
    if request.param == "mosquitto" and find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    if request.param == "amqtt" and util.find_spec("amqtt") is None:
        pytest.skip("amqtt is not installed")
    with Broker.local(request.param) as started:
        yield started


@pytest.fixture
def store():
    with Store() as opened:
        yield opened


def send(broker, *payloads, device="rill-0001"):
    topic = f"rill/{device}/readings"
    messages = [{"topic": topic, "payload": made, "qos": 1} for made in payloads]
    publish.multiple(messages, hostname=broker.host, port=broker.port)


def test_duplicates_are_stored_once(broker, store):
    first, second = payload([ROW, TIMELESS]), payload([[3, *ROW[1:]]])
    with Collector(broker, store) as collector:
        send(broker, first, first, second)
        assert collector.wait_for(lambda: collector.messages == 3, DEADLINE_S)
    assert store.counts() == {"rill-0001": 3}
    assert collector.payload_bytes == len(first) + len(second)
    assert (collector.records_in_messages, collector.records_received) == (3, 5)
    assert (collector.duplicates, store.conflicts, collector.bad) == (2, 0, [])
    assert collector.interruptions == 0


def test_bad_message_is_counted_and_the_next_is_stored(broker, store):
    with Collector(broker, store) as collector:
        send(broker, b"\xff", payload(device="rill-0002"), b"", payload())
        assert collector.wait_for(lambda: store.counts() == {"rill-0001": 1}, DEADLINE_S)
    assert (collector.messages, collector.bad_messages, len(collector.bad)) == (4, 3, 3)
    assert "UTF-8" in collector.bad[0] and "rill-0002" in collector.bad[1]
    assert collector.records_received == 1


def test_bad_sentences_are_bounded(broker, store):
    with Collector(broker, store) as collector:
        send(broker, *[b"?"] * (MAX_BAD + 5))
        assert collector.wait_for(lambda: collector.bad_messages == MAX_BAD + 5, DEADLINE_S)
    assert len(collector.bad) == MAX_BAD


def test_one_device_can_be_chosen(broker, store):
    with Collector(broker, store, device="b") as collector:
        send(broker, payload(device="a"), device="a")
        send(broker, payload(device="b"), device="b")
        assert collector.wait_for(lambda: collector.messages, DEADLINE_S)
    assert store.counts() == {"b": 1}


def test_waiting_ends_at_its_deadline(broker, store):
    with Collector(broker, store) as collector:
        assert not collector.wait_for(lambda: collector.messages, 0.05)


def test_failing_store_is_told_to_who_waits(broker):
    store = Store()
    with Collector(broker, store) as collector:
        store.close()
        send(broker, payload())
        with pytest.raises(StoreError, match=":memory:"):
            collector.wait_for(lambda: False, DEADLINE_S)
