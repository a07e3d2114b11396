"""Promise: whatever a broker answers, a step ends in success or UplinkError, in time."""

import errno
import random

from expect import expect, expect_raises
from firmware.core.errors import UplinkError
from firmware.uplink.session import Session
from ports import FakeClock
from stream import CONNACK, ScriptedStream

_PUBACK = b"\x40\x02\x00\x01"
_PUBACK_2 = b"\x40\x02\x00\x02"


def _session(stream, clock, **changes):
    settings = dict(client_id="meter-1", host="host", port=1883, user="", password="")
    settings.update(changes)
    streams = [stream]

    def connect(host, port, timeout_ms):
        if not streams:
            raise OSError(errno.ECONNREFUSED)
        return streams.pop()

    return Session(
        connect=connect,
        clock=clock,
        message_bytes=settings.pop("message_bytes", 512),
        **settings,
    )


def _talk(answer, messages=1, **changes):
    """A whole session against a script; (error or None, stream, milliseconds)."""
    clock = FakeClock()
    stream = ScriptedStream(clock, answer, **changes)
    session = _session(stream, clock)
    began_ms = clock.ticks_ms()
    error = None
    try:
        session.open()
        for n in range(messages):
            session.publish("rill/meter-1/readings", b"payload %d" % n)
        session.close()
    except UplinkError as failure:
        error = failure
    session.abandon()
    session.abandon()
    expect(stream.closed, 1)
    return error, stream, clock.elapsed_ms(began_ms)


def test_connect_and_each_publish_are_one_write():
    error, stream, _ = _talk(CONNACK + _PUBACK + _PUBACK_2, messages=2)
    expect(error, None)
    expect([write[0] for write in stream.writes], [0x10, 0x32, 0x32, 0xE0])


def test_the_largest_connect_and_message_are_one_write_each():
    for message_bytes in (256, 4096):
        clock = FakeClock()
        stream = ScriptedStream(clock, CONNACK + _PUBACK)
        session = _session(
            stream,
            clock,
            client_id="d" * 32,
            user="u" * 64,
            password="p" * 64,
            message_bytes=message_bytes,
        )
        session.open()
        session.publish("rill/%s/readings" % ("d" * 32), memoryview(b"m" * message_bytes))
        expect(len(stream.writes), 2)
        expect(stream.writes[1].endswith(b"m" * message_bytes), True)


def test_a_payload_bigger_than_the_buffer_arrives_whole():
    clock = FakeClock()
    stream = ScriptedStream(clock, CONNACK + _PUBACK)
    session = _session(stream, clock, message_bytes=256)
    session.open()
    session.publish("t", b"m" * 2000)
    expect(b"".join(stream.writes[1:]).endswith(b"\0\1t\0\1" + b"m" * 2000), True)


def test_user_and_password_are_announced_in_bytes():
    clock = FakeClock()
    stream = ScriptedStream(clock, CONNACK)
    _session(stream, clock, user="café", password="").open()
    packet = stream.writes[0]
    expect(packet[1], len(packet) - 2)
    expect(packet.endswith(b"\0\x07meter-1\0\x05caf\xc3\xa9\0\0"), True)


def test_no_user_means_no_user_in_the_packet():
    clock = FakeClock()
    stream = ScriptedStream(clock, CONNACK)
    _session(stream, clock).open()
    expect(stream.writes[0][9], 0x00)  # nor a clean session


def test_every_refusal_of_a_connection_is_an_uplink_error():
    for code in range(1, 256):
        error, stream, _ = _talk(b"\x20\x02\x00" + bytes([code]))
        expect(error is None, False)
        expect(len(stream.writes), 1)


def test_a_silent_peer_ends_each_step_at_its_deadline():
    expect(_talk(b"")[2], 20_000)
    expect(_talk(CONNACK)[2], 20_000)
    error, _, took_ms = _talk(CONNACK + _PUBACK, piece_bytes=1, wait_ms=1000)
    expect((error, took_ms), (None, 8000))


def test_one_byte_just_before_each_timeout_is_no_way_around_the_deadline():
    for wait_ms in (1, 700, 4999, 19_999):
        error, _, took_ms = _talk(b"\x20" * 5000, piece_bytes=1, wait_ms=wait_ms)
        expect(error is None, False)
        expect(took_ms <= 20_000, True)
        error, _, took_ms = _talk(
            CONNACK + b"\xd0\0" * 2500, piece_bytes=1, wait_ms=min(wait_ms, 4999)
        )
        expect(error is None, False)
        expect(took_ms <= 40_000, True)


def test_a_peer_that_closes_or_falls_silent_at_any_byte_is_an_uplink_error():
    whole = CONNACK + _PUBACK
    for size in range(len(whole)):
        for closes in (True, False):
            error, _, took_ms = _talk(whole[:size], closes=closes)
            expect(error is None, False)
            expect(took_ms <= 40_000, True)
    expect(_talk(whole)[0], None)


def test_only_the_acknowledgement_of_this_message_counts():
    other = b"\x40\x02\x12\x34"
    expect(_talk(CONNACK + other + _PUBACK)[0], None)
    expect(_talk(CONNACK + other)[0] is None, False)
    expect(_talk(CONNACK + _PUBACK + _PUBACK, messages=2)[0] is None, False)


def test_a_ping_response_and_a_message_in_between_are_no_acknowledgement():
    expect(_talk(CONNACK + b"\xd0\0" * 3 + _PUBACK)[0], None)
    for header, is_ours in ((b"\x30", True), (b"\x32", True), (b"\x34", False), (b"\x36", False)):
        error, _, _ = _talk(CONNACK + header + b"\x08\0\1t\0\7abc" + _PUBACK)
        expect(error is None, is_ours)


def test_an_announced_length_of_256_megabytes_is_not_believed():
    error, stream, took_ms = _talk(CONNACK + b"\x30\xff\xff\xff\x7f\0\1t" + b"x" * 9000)
    expect(error is None, False)
    expect((stream.received < 5000, took_ms < 20_000), (True, True))
    _, stream, _ = _talk(CONNACK + b"\x30" + b"\xff" * 20_000)
    expect(stream.received <= 4 + 4096, True)
    _, stream, _ = _talk(lambda n: b"\xd0\0\x20\x02"[:n])
    expect(stream.received <= 2 * 4096, True)


def test_3000_random_answers_end_in_success_or_an_uplink_error():
    random.seed(6)
    starts = (b"", CONNACK, CONNACK, CONNACK + _PUBACK)
    kinds = (
        b"\x20",
        b"\x30",
        b"\x32",
        b"\x34",
        b"\x40",
        b"\x40\x02\0",
        b"\xd0",
        b"\xd0\0",
        b"\x90",
    )
    ended_well = 0
    for _ in range(3000):
        answer = random.choice(starts)
        for _ in range(random.randint(0, 4)):
            answer += random.choice(kinds)
            answer += bytes(random.getrandbits(8) for _ in range(random.randint(0, 6)))
        closes = bool(random.randint(0, 1))
        error, stream, took_ms = _talk(
            answer, messages=random.randint(1, 2), closes=closes, piece_bytes=random.randint(1, 9)
        )
        ended_well += error is None
        expect(took_ms <= 60_000, True)
        expect(stream.received <= len(answer), True)
    expect(0 < ended_well < 3000, True)


def test_a_stream_that_cannot_be_opened_is_an_uplink_error():
    def refuse(host, port, timeout_ms):
        raise OSError(111)

    session = Session(
        connect=refuse,
        clock=FakeClock(),
        client_id="m",
        host="host",
        port=1,
        user="",
        password="",
        message_bytes=256,
    )
    expect_raises(UplinkError, session.open)
    session.abandon()


def test_a_goodbye_that_fails_takes_nothing_back():
    clock = FakeClock()
    stream = ScriptedStream(clock, CONNACK + _PUBACK)
    stream.fails_to_close = True
    session = _session(stream, clock)
    session.open()
    session.publish("t", b"m")
    session.close()
    session.abandon()
    expect(stream.closed, 1)
