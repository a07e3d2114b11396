"""Promise: over TLS a meter publishes to its broker and to nobody else; each refusal says why."""

import queue
import threading

import pytest
from paho.mqtt import client as mqtt

from over_tls import DEADLINE_S, HANDSHAKE, NAME, TLS_FAILS, numbers, secure_broker
from rill.authority import Authority

PAYLOAD = "m" * 1000


@pytest.mark.parametrize("kind", ["p256", "rsa"])
@pytest.mark.parametrize("host", [NAME, "127.0.0.1"])
def test_a_session_publishes_over_tls_in_as_few_bursts_as_without(tmp_path, tls_meter, kind, host):
    authority = Authority(kind=kind)
    received: queue.Queue = queue.Queue()
    with secure_broker(tmp_path, authority, NAME, "127.0.0.1") as (port, plain_port):
        head_end = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        subscribed = threading.Event()
        head_end.on_message = lambda _client, _data, message: received.put(message.payload)
        head_end.on_subscribe = lambda *_: subscribed.set()
        head_end.connect("127.0.0.1", plain_port)
        head_end.subscribe("rill/#", qos=1)
        head_end.loop_start()
        assert subscribed.wait(DEADLINE_S)
        said = tls_meter(
            f"s = session('{host}', {port})\n"
            "before = gc.mem_alloc()\n"
            "s.open()\n"
            "print('bytes of the handshake:', counted.received)\n"
            "gc.collect()\n"
            "print('heap of the connection:', gc.mem_alloc() - before)\n"
            f"for _ in range(3):\n    s.publish('rill/meter-1/readings', b'{PAYLOAD}')\n"
            "s.close()\ns.abandon()\n"
            "print('bursts:', bursts)\n"
            "print('received:', counted.received)\n",
            **{"broker.der": authority.der()},
        )
        arrived = [received.get(timeout=DEADLINE_S) for _ in range(3)]
        head_end.loop_stop()
        head_end.disconnect()
    assert arrived == [PAYLOAD.encode()] * 3
    told = numbers(said)
    print(told)
    assert len(told["bursts"]) == HANDSHAKE + 5  # CONNECT, three messages, DISCONNECT
    assert sum(told["bursts"][:HANDSHAKE]) < 300 and told["bytes of the handshake"] < 2000
    assert told["heap of the module"] < 6000 and told["heap of the connection"] < 6000


@pytest.mark.parametrize(
    ("host", "days", "reason", "cause"),
    [
        ("another.test", (-1, 1), "Name (CN) does not match", 0x2704),
        ("127.0.0.1", (-1, 1), "Name (CN) does not match", 0x2704),
        (NAME, (-3, -1), "validity has expired", 0x2701),
        (NAME, (1, 3), "validity starts in the future", 0x2900),
        ("another.test", (-3, -1), "validity has expired", 0x2705),
    ],
)
def test_a_broker_with_a_wrong_certificate_is_refused_and_its_code_says_why(
    tmp_path, tls_meter, authority, host, days, reason, cause
):
    with secure_broker(tmp_path, authority, NAME, days=days) as (port, _):
        said = tls_meter(f"open_of('{host}', {port})")
    line = said.splitlines()[-1]
    assert line.startswith("after 0 s: TlsError: TLS: The certificate") and reason in line
    assert line.endswith(f"(-{cause:#x})")
    assert f"code: [{TLS_FAILS}, {-cause}]" in said


def test_a_broker_of_another_ca_is_refused(tmp_path, tls_meter):
    """Of the same name: the signature decides."""
    with secure_broker(tmp_path, Authority(), NAME) as (port, _):
        said = tls_meter(f"open_of('{NAME}', {port})")
    assert "TlsError: TLS: The certificate is not correctly signed by the trusted CA" in said
    assert f"code: [{TLS_FAILS}, {-0x2708}]" in said


@pytest.mark.parametrize(
    ("ca", "reason"),
    [(None, "broker.der is missing"), (b"\x30\x82", "damaged"), (b"", "broker.der has 0 bytes")],
)
def test_without_its_ca_a_meter_connects_to_nobody(tls_meter, ca, reason):
    said = tls_meter(f"open_of('{NAME}', 1)", **{"broker.der": ca})
    assert "after 0 s: TlsError: " in said and reason in said
