"""Promise: over a radio a report is as few bursts as MQTT allows, and a refusal is still told."""

from expect import expect
from firmware.core import fault
from firmware.core.errors import UplinkError
from firmware.uplink.session import Session
from ports import FakeClock
from stream import CONNACK, ScriptedStream

_PUBACK = b"\x40\x02\x00\x01"


def _talk(answer, messages=1, message_bytes=512, **changes):
    """((fault, cause) or None, stream) of a session that trusts the broker to let it in."""
    clock = FakeClock()
    stream = ScriptedStream(clock, answer, **changes)
    session = Session(
        connect=lambda host, port, timeout_ms: stream,
        clock=clock,
        client_id="d" * 32,
        host="host",
        port=1883,
        user="u" * 64,
        password="p" * 64,
        message_bytes=message_bytes,
        trusts=True,
    )
    found = None
    try:
        session.open()
        for _ in range(messages):
            session.publish("rill/%s/readings" % ("d" * 32), b"m" * message_bytes)
        session.close()
    except UplinkError as error:
        found = error.fault, error.cause
    session.abandon()
    return found, stream


def test_a_report_of_one_message_is_two_bursts_the_largest_connect_included():
    for message_bytes in (256, 1536, 4096):
        found, stream = _talk(CONNACK + _PUBACK, message_bytes=message_bytes)
        expect(found, None)
        expect(len(stream.writes), 2)
        expect((stream.writes[0][0], stream.writes[1]), (0x10, b"\xe0\0"))
        expect(stream.writes[0].endswith(b"m" * message_bytes), True)


def test_each_further_message_is_one_more():
    _, stream = _talk(CONNACK + _PUBACK + b"\x40\x02\x00\x02", messages=2)
    expect([write[0] for write in stream.writes], [0x10, 0x32, 0xE0])


def test_a_session_without_a_message_still_waits_to_be_let_in():
    found, stream = _talk(CONNACK, messages=0)
    expect((found, [write[0] for write in stream.writes]), (None, [0x10, 0xE0]))


def test_what_a_broker_answers_in_place_of_a_welcome_is_told():
    for answer, changes, wanted in (
        (b"\x20\x02\x00\x05", {}, (fault.BROKER, 5)),
        (b"\x20\x02\x00\x05" + _PUBACK, {}, (fault.BROKER, 5)),
        (b"", {"closes": True}, (fault.CLOSED, 0)),
        (b"HTTP/1.1 400", {}, (fault.CLOSED, 0)),
        (b"\x20\x02", {"closes": True}, (fault.CLOSED, 0)),
        (b"", {}, (fault.PUBACK, 0)),
        (CONNACK, {}, (fault.PUBACK, 0)),
        (CONNACK, {"closes": True}, (fault.CLOSED, 0)),
    ):
        found, stream = _talk(answer, **changes)
        expect(found, wanted)
        expect(stream.closed, 1)
