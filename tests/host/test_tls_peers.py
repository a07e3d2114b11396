"""Promise: a peer that speaks no TLS, stops or closes costs a meter no more than its deadline, and
is told; one that is only slow costs nothing.
"""

import ssl
import threading
from contextlib import suppress

from over_tls import DEADLINE_S, NAME, server
from rill.broker import Broker


def test_a_broker_without_tls_closes(tls_meter):
    """It takes the handshake for a bad packet."""
    with Broker.local() as broker:
        said = tls_meter(f"open_of('{NAME}', {broker.port})")
    assert said.splitlines()[-1].startswith("after 0 s: UplinkError: connect: OSError [Errno 104]")


def test_a_server_that_speaks_something_else_is_told(tls_meter):
    with server(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")) as port:
        said = tls_meter(f"open_of('{NAME}', {port})")
    assert "after 0 s: TlsError: TLS: MBEDTLS_ERR_SSL_INVALID_RECORD (-0x7200)" in said


def test_a_server_that_stops_within_the_handshake_costs_no_more_than_the_deadline(tls_meter):
    over = threading.Event()

    def stop(connection):
        connection.recv(4096)
        connection.sendall(b"\x16\x03\x03\x00\x5a\x02\x00\x00\x56\x03\x03")
        over.wait(DEADLINE_S)

    with server(stop) as port:
        said = tls_meter(f"open_of('{NAME}', {port})")
        over.set()
    assert said.splitlines()[-1].startswith(
        "after 20 s: UplinkError: connect: OSError [Errno 110]"
    )


def test_a_server_that_closes_within_the_handshake_is_told(tls_meter):
    with server(lambda connection: connection.recv(4096)) as port:
        said = tls_meter(f"open_of('{NAME}', {port})")
    assert "UplinkError: connect: OSError [Errno 104]" in said
    assert "connection closed within TLS" in said


def test_a_stream_gives_what_has_come_and_goes_on_after_a_timeout(tmp_path, tls_meter, authority):
    certificate, key = authority.issue(tmp_path / "server", NAME)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def echo(connection):
        with context.wrap_socket(connection, server_side=True) as secure:
            while data := secure.recv(4096):
                secure.sendall(data.upper())
                if data == b"end":
                    with suppress(ssl.SSLEOFError):  # the interpreter closes without a word
                        secure.unwrap()
                    return

    with server(echo) as port:
        said = tls_meter(
            "from firmware.uplink.handshake import securing\n"
            "from firmware.uplink.trust import trusted\n"
            f"connect = securing(connect, clock, lambda: trusted(Files('')))\n"
            f"stream = connect('{NAME}', {port}, 5000)\n"
            "stream.sendall(b'abc', 5000)\nprint(stream.recv(100, 5000))\n"
            "began = time.ticks_ms()\n"
            "try:\n    stream.recv(1, 3000)\n"
            "except OSError as error:\n"
            "    print(error.errno, time.ticks_diff(time.ticks_ms(), began) >= 3000)\n"
            "stream.sendall(memoryview(b'x' * 12_000), 5000)\n"
            "got = b''\nwhile len(got) < 12_000:\n    got += stream.recv(4096, 5000)\n"
            "print(len(got), got == b'X' * 12_000)\n"
            "stream.sendall(b'end', 5000)\n"
            "print(stream.recv(2, 5000), stream.recv(9, 5000), stream.recv(9, 5000))\n"
            "stream.close()\n"
        )
    assert said.splitlines() == ["b'ABC'", "110 True", "12000 True", "b'EN' b'D' b''"]
