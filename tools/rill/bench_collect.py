"""`make bench`: what a head end takes in on this machine, and how many meters that is."""

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from paho.mqtt import client as mqtt

from rill.broker import Broker, BrokerError, find_mosquitto
from rill.collect.server import Server, find_postgresql
from rill.collector import Collector
from rill.message import Message, Row
from rill.store import Store

_METERS = 2000
_READINGS = 24  # one message, a day of hourly readings
_BATCH = 100  # messages of a transaction, as the collector makes them under load
_FLEET = 130_000
_DEADLINE_S = 300.0
_IN_FLIGHT = "max_inflight_messages 1000\n"


def collected():
    """(name, value) of each figure; one of a database that is not installed says so."""
    with tempfile.TemporaryDirectory(prefix="rill-") as folder:
        yield from _figures("SQLite", str(Path(folder, "rill.db")), folder)
    if find_postgresql() is None:
        yield "PostgreSQL", "not installed"
        return
    with Server() as server:
        yield from _figures("PostgreSQL", server.address, None)


def _figures(name: str, address: str, folder: str | None):
    stored = _stored_per_s(address)
    yield f"{name}: records stored a second", f"{stored:,.0f}"
    yield f"{name}: bytes on disk a reading", f"{_bytes_a_reading(address, folder):.0f}"
    if find_mosquitto() is None:
        yield f"{name}: records through a broker a second", "mosquitto is not installed"
        return
    through = _through_a_broker_per_s(address)
    yield f"{name}: records through a broker a second", f"{through:,.0f}"
    day = _FLEET * _READINGS
    yield (
        f"  {_FLEET:,} meters, {day:,} readings a day: busy",
        f"{day / through / 60:.1f} min a day, {day / through / 864:.2f} %",
    )
    yield (
        "  the same, all reporting within one hour: busy",
        f"{day / 3600 / through:.0%} of it",
    )


def _message(meter: int, journal: str) -> Message:
    rows = tuple(
        Row(seq, 1_767_225_600 + 3600 * seq, 6000 * seq, 6000, 3600, 0, 2)
        for seq in range(1, _READINGS + 1)
    )
    return Message(f"meter-{meter:07}", journal, "readings", rows, 1)


def _stored_per_s(address: str) -> float:
    messages = [_message(meter, "0" * 16) for meter in range(_METERS)]
    began = time.perf_counter()
    with Store(address) as store:
        for first in range(0, _METERS, _BATCH):
            store.add_all(messages[first : first + _BATCH])
        elapsed_s = time.perf_counter() - began
    return _METERS * _READINGS / elapsed_s


def _bytes_a_reading(address: str, folder: str | None) -> float:
    """With the index, and all that the tables of streams take."""
    if folder:
        return sum(path.stat().st_size for path in Path(folder).iterdir()) / (_METERS * _READINGS)
    with Store(address) as store:
        found = store.database.run(
            "SELECT SUM(pg_total_relation_size(name)) AS size FROM "
            "(VALUES ('readings'), ('streams')) AS tables (name)"
        )
    return float(found[0]["size"]) / (_METERS * _READINGS)


def _through_a_broker_per_s(address: str) -> float:
    """Published before, so that the collector sets the pace and not the meters."""
    payloads = [(f"rill/meter-{meter:07}/readings", _json(meter)) for meter in range(_METERS)]
    with ExitStack() as stack:
        broker = stack.enter_context(Broker.local("mosquitto", more_config=_IN_FLIGHT))
        store = stack.enter_context(Store(address))
        Collector(broker, store, client_id="bench").__enter__().close()
        publisher = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        publisher.max_inflight_messages_set(1000)
        publisher.connect(broker.host, broker.port)
        publisher.loop_start()
        for sent in [publisher.publish(*one, qos=1) for one in payloads]:
            sent.wait_for_publish(_DEADLINE_S)
        publisher.disconnect()
        publisher.loop_stop()
        began = time.perf_counter()
        with Collector(broker, store, client_id="bench") as collector:
            if not collector.wait_for(lambda: collector.messages == _METERS, _DEADLINE_S):
                raise BrokerError("what was published did not arrive")
            return _METERS * _READINGS / (time.perf_counter() - began)


def _json(meter: int) -> str:
    message = _message(meter, "1" * 16)
    rows = ",".join(str(list(row[:7])).replace(" ", "") for row in message.rows)
    return (
        f'{{"v":2,"device":"{message.device}","journal":"{message.journal}","offset_ml":0,'
        f'"stream":"readings","oldest":1,"rows":[{rows}]}}'
    )
