"""Promise: a collector tells when its broker is not there, is lost or back, or refuses topics."""

import socket
import threading

import pytest

from rill.broker import Broker, BrokerError
from rill.collector import Collector
from rill.store import Store

DEADLINE_S = 10
CONNECT, SUBSCRIBE = 0x10, 0x82  # of MQTT 3.1.1,
REFUSED = 0x80  # and a code of SUBACK


@pytest.fixture
def store():
    with Store() as opened:
        yield opened


def test_start_without_a_broker_fails(store):
    started = Broker("127.0.0.1", 1)
    with pytest.raises(BrokerError, match="127.0.0.1:1: Connection refused"):
        Collector(started, store).start()


def test_a_lost_broker_is_counted_and_told_once_as_is_its_return(store):
    with Broker.local() as broker, Collector(broker, store) as collector:
        broker.close()
        assert collector.wait_for(lambda: collector.interruptions, DEADLINE_S)
        assert collector.wait_for(lambda: collector.notes, DEADLINE_S)
        where = f"{broker.host}:{broker.port}"
        assert collector.take_notes() == [f"the broker at {where} is lost: Connection refused"]
        assert not collector.wait_for(lambda: collector.notes, 1.5)  # it has tried again
        with Broker.local(port=broker.port):
            assert collector.wait_for(lambda: collector.is_subscribed, DEADLINE_S)
            assert collector.take_notes() == [f"the broker at {where} is back"]


class Picky:
    """A broker that lets everybody in and answers SUBSCRIBE with these codes."""

    def __init__(self, *codes):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self._listener.getsockname()
        self.username = self.password = self.context = None
        self._codes = bytes(codes)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        connection, _ = self._listener.accept()
        connection.settimeout(DEADLINE_S)
        with connection, connection.makefile("rb") as packets:
            while head := packets.read(2):
                packet = packets.read(head[1])  # all are shorter than 128 bytes
                if head[0] == CONNECT:
                    connection.sendall(b"\x20\x02\x00\x00")
                elif head[0] == SUBSCRIBE:
                    connection.sendall(b"\x90\x05" + packet[:2] + self._codes)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._thread.join()
        self._listener.close()


def test_a_broker_need_not_let_us_read_the_topics_of_every_platform(store):
    with Picky(1, REFUSED, REFUSED) as broker, Collector(broker, store) as collector:
        assert collector.is_subscribed
        (note,) = collector.take_notes()
    assert "$oc/devices/+/sys/properties/report v1/devices/me/telemetry" in note


def test_a_broker_that_lets_us_read_no_meter_is_told(store):
    with Picky(REFUSED, 1, 1) as broker, pytest.raises(BrokerError, match=r"refused.* rill/\+/\+"):
        Collector(broker, store).start()
