"""Promise: whatever a server answers, TLS opens or fails in time, and the stream is closed."""

import errno
import random

from ca import CA
from expect import expect, expect_raises
from firmware.core.errors import TlsError, UplinkError
from firmware.core.fault import TLS
from firmware.uplink.handshake import secured, securing
from firmware.uplink.session import Session
from firmware.uplink.trust import identify, read, trusted, trusting
from ports import FakeClock, FakeFiles
from stream import ScriptedStream

_BAD_ALERT = b"\x15\3\3\0\2\2\x28"  # handshake failure
_LIMIT_MS = 20_000


def _fail(answer, **changes):
    """(error, stream, milliseconds) of a handshake that can't succeed."""
    clock = FakeClock()
    stream = ScriptedStream(clock, answer, **changes)
    began_ms = clock.ticks_ms()
    error = None
    try:
        secured(stream, clock, "host", trusting(CA), _LIMIT_MS)
    except (OSError, UplinkError) as failure:
        error = failure
    expect((error is None, stream.closed), (False, 1))
    return error, stream, clock.elapsed_ms(began_ms)


def test_silence_ends_at_the_deadline_after_one_write():
    error, stream, took_ms = _fail(b"")
    expect((type(error), error.errno, took_ms), (OSError, errno.ETIMEDOUT, _LIMIT_MS))
    expect([write[0] for write in stream.writes], [0x16])


def test_one_byte_just_before_each_timeout_is_no_way_around_the_deadline():
    for wait_ms in (1000, 7000, 19_999):
        record = b"\x16\3\3\x40\0\2\0\x3f\xfc" + bytes(0x3FFC)
        error, _, took_ms = _fail(record, piece_bytes=1, wait_ms=wait_ms)
        expect((type(error), error.errno), (OSError, errno.ETIMEDOUT))
        expect(took_ms <= _LIMIT_MS, True)


def test_a_close_is_no_fault_of_tls():
    for answer in (b"", b"\x16", b"\x16\3\3\0\x7a\2\0"):
        error, _, took_ms = _fail(answer, closes=True)
        expect((type(error), error.errno, took_ms), (OSError, errno.ECONNRESET, 0))


def test_a_server_without_tls_is_told_by_its_number():
    for answer in (
        b"\x20\x02\0\0" * 4,
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
    ):
        error, stream, _ = _fail(answer)
        expect((type(error), error.number), (TlsError, -0x7200))
        expect("-0x7200" in str(error), True)
        expect([write[0] for write in stream.writes][:1], [0x16])


def test_a_refusal_of_the_server_is_told_by_its_number():
    error, _, _ = _fail(_BAD_ALERT)
    expect((type(error), error.number), (TlsError, -0x7780))


def test_1000_random_answers_end_in_an_error_in_time():
    random.seed(6)
    starts = (b"", b"\x16\3\3", b"\x16\3\3\0\x5a\2\0\0\x56\3\3", b"\x15\3\3\0\2", _BAD_ALERT)
    for _ in range(1000):
        answer = random.choice(starts)
        answer += bytes(random.getrandbits(8) for _ in range(random.randint(0, 120)))
        closes = bool(random.randint(0, 1))
        _, _, took_ms = _fail(answer, closes=closes, piece_bytes=random.randint(1, 99))
        expect(took_ms <= _LIMIT_MS, True)


def test_what_the_link_fails_with_is_raised_as_it_is():
    for error in (OSError(errno.EHOSTUNREACH), MemoryError("recv")):

        def fail(_n, error=error):
            raise error

        clock = FakeClock()
        stream = ScriptedStream(clock, fail)
        arguments = stream, clock, "host", trusting(CA), _LIMIT_MS
        expect(expect_raises(type(error), secured, *arguments) is error, True)
        expect(stream.closed, 1)


def test_without_its_ca_nothing_is_connected():
    clock = FakeClock()
    for content, complaint in (
        (None, "broker.der is missing: TLS needs it"),
        (b"", "broker.der has 0 bytes, not 1 to 4096"),
        (bytes(4097), "broker.der has 4097 bytes, not 1 to 4096"),
        (CA[:-1], "the CA is damaged or not in DER: invalid cert"),
        (b"-----BEGIN CERTIFICATE-----\n", "the CA is damaged or not in DER: invalid cert"),
    ):
        files = FakeFiles() if content is None else FakeFiles(**{"broker.der": content})
        connect = securing(
            None, clock, lambda files=files: trusted(files)
        )  # which can't be called
        error = expect_raises(TlsError, connect, "host", 8883, 1000)
        expect((str(error), error.number), (complaint, None))
    files = FakeFiles(**{"broker.der": CA})
    expect(read(files, "broker.der"), CA)
    files.broken = True
    expect_raises(TlsError, read, files, "broker.der")


def test_half_a_certificate_of_the_meter_connects_to_nobody():
    clock = FakeClock()
    damaged = "client.der or client.key is damaged or not in DER: invalid key"
    for certificate, key, complaint in (
        (CA, None, "client.key is missing: TLS needs it"),
        (None, b"k", "client.der is missing: TLS needs it"),
        (CA, b"", "client.key has 0 bytes, not 1 to 4096"),
        (bytes(4097), b"k", "client.der has 4097 bytes, not 1 to 4096"),
        (CA, b"no key but a secret", damaged),
        (CA, CA, damaged),
    ):
        contents = {"broker.der": CA, "client.der": certificate, "client.key": key}
        files = FakeFiles()
        files.contents = {name: data for name, data in contents.items() if data is not None}
        error = expect_raises(
            TlsError, securing(None, clock, lambda files=files: trusted(files)), "host", 8883, 1000
        )
        expect((str(error), error.fault, error.number), (complaint, TLS, None))
    files.broken = True
    expect_raises(TlsError, identify, trusting(CA), files)


def test_a_session_passes_the_error_on_and_its_deadline_holds():
    for answer, kind in ((b"SSH-2.0-OpenSSH\r\n", TlsError), (b"", UplinkError)):
        clock = FakeClock()
        stream = ScriptedStream(clock, answer)

        def connect(host, port, timeout_ms, stream=stream, clock=clock):
            clock.advance(3000)
            return stream

        session = Session(
            connect=securing(connect, clock, lambda: trusted(FakeFiles(**{"broker.der": CA}))),
            clock=clock,
            client_id="meter-1",
            host="host",
            port=8883,
            user="",
            password="",
            message_bytes=512,
        )
        began_ms = clock.ticks_ms()
        expect(type(expect_raises(UplinkError, session.open)), kind)
        expect(clock.elapsed_ms(began_ms), 20_000 if kind is UplinkError else 3000)
        session.abandon()
        expect(stream.closed, 1)
