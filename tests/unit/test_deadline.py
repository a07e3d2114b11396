"""Promise: no peer, silent, slow or talkative, holds the meter beyond its deadline."""

import errno

from expect import expect, expect_raises
from firmware.uplink.deadline import DeadlineSocket
from ports import FakeClock
from stream import ScriptedStream


def _socket(clock, stream, buffer_bytes=32, deadline_ms=1000):
    sock = DeadlineSocket(
        connect=lambda host, port, timeout_ms: stream, clock=clock, buffer_bytes=buffer_bytes
    )
    sock.allow_ms(deadline_ms)
    sock.connect(("host", 1883))
    return sock


def _elapsed_ms(clock, call, *arguments):
    began_ms = clock.ticks_ms()
    error = expect_raises(OSError, call, *arguments)
    return error.errno, clock.elapsed_ms(began_ms)


def test_a_silent_peer_costs_exactly_the_deadline():
    clock = FakeClock()
    sock = _socket(clock, ScriptedStream(clock))
    expect(_elapsed_ms(clock, sock.read, 1), (errno.ETIMEDOUT, 1000))
    expect(_elapsed_ms(clock, sock.read, 1), (errno.ETIMEDOUT, 0))


def test_a_byte_just_before_each_timeout_does_not_move_the_deadline():
    clock = FakeClock()
    stream = ScriptedStream(clock, b"x" * 4000, piece_bytes=1, wait_ms=300)
    sock = _socket(clock, stream)
    expect(_elapsed_ms(clock, sock.read, 4000), (errno.ETIMEDOUT, 1000))
    expect(stream.received, 3)
    clock = FakeClock()
    sock = _socket(clock, ScriptedStream(clock, b"xxx", piece_bytes=1, wait_ms=None))
    expect(_elapsed_ms(clock, sock.read, 3), (errno.ETIMEDOUT, 1000))


def test_connecting_has_what_is_left_of_the_deadline():
    clock = FakeClock()
    seen = []
    sock = DeadlineSocket(
        connect=lambda host, port, timeout_ms: seen.append((host, port, timeout_ms)),
        clock=clock,
        buffer_bytes=8,
    )
    sock.allow_ms(1000)
    clock.advance(400)
    sock.connect(("host", 1883))
    expect(seen, [("host", 1883, 600)])
    clock.advance(600)
    expect(_elapsed_ms(clock, sock.connect, ("host", 1883)), (errno.ETIMEDOUT, 0))


def test_writes_wait_for_the_next_read_and_go_out_as_one():
    clock = FakeClock()
    stream = ScriptedStream(clock, b"abc")
    sock = _socket(clock, stream)
    for piece in (b"\x30\x05", bytearray(b"xyz"), "text", memoryview(b"view")):
        sock.write(piece)
    sock.write(b"12345", 2)
    expect(stream.writes, [])
    expect(sock.read(3), b"abc")
    expect(stream.writes, [b"\x30\x05xyztextview12"])


def test_what_is_longer_than_the_buffer_arrives_whole_and_in_order():
    clock = FakeClock()
    for size in range(0, 80):
        stream = ScriptedStream(clock)
        sock = _socket(clock, stream)
        body = bytes(range(size))
        for piece in (b"head", body, b"tail"):
            sock.write(piece)
        sock.flush()
        expect(b"".join(stream.writes), b"head" + body + b"tail")


def test_a_peer_that_closes_first_is_an_end_and_in_the_middle_an_error():
    clock = FakeClock()
    expect(_socket(clock, ScriptedStream(clock, closes=True)).read(2), b"")
    sock = _socket(clock, ScriptedStream(clock, b"x", closes=True))
    expect(expect_raises(OSError, sock.read, 2).errno, errno.ECONNRESET)


def test_a_peer_that_never_stops_talking_is_heard_for_4096_bytes():
    clock = FakeClock()
    stream = ScriptedStream(clock, lambda n: b"\xff" * n)
    sock = _socket(clock, stream)

    def listen():
        while True:
            sock.read(1)

    expect(expect_raises(OSError, listen).errno, errno.EINVAL)
    expect(stream.received, 4096)
    sock.allow_ms(1000)
    expect(len(sock.read(4096)), 4096)
    sock.allow_ms(1000)
    expect(expect_raises(OSError, sock.read, 1 << 28).errno, errno.EINVAL)
    expect(sock.read(-5), b"")


def test_close_closes_once_and_drops_what_was_not_sent():
    clock = FakeClock()
    stream = ScriptedStream(clock)
    sock = _socket(clock, stream)
    sock.write(b"never")
    sock.close()
    sock.close()
    expect((stream.closed, stream.writes), (1, []))
