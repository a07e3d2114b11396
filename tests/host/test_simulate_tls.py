"""Promise: days over TLS arrive once, too, in the heap that TLS leaves, and who has no certificate
is not let in.
"""

import socket
import ssl

import pytest

from rill.broker import find_mosquitto
from rill.simulate import Run
from simulated import result, settings

needs_mosquitto = pytest.mark.skipif(not find_mosquitto(), reason="mosquitto is not installed")
TLS_HEAP_BYTES = 130_000  # TLS takes 35 to 45 kB of the same memory, outside of the heap
WAKE_FAILED, REPORTS_FAILED = 2, 11  # events


@needs_mosquitto
def test_a_day_over_tls_to_a_broker_that_asks_the_meter_for_a_certificate():
    n = result(Stranger(settings(tls=True)))
    assert n["records_unique"] == 25
    assert n["reports"] == 5


class Stranger(Run):
    """Before the meter, somebody without a certificate has tried, and was not let in."""

    def network_to(self, host, port):
        context = ssl.create_default_context(cadata=self._authority.pem().decode())
        context.check_hostname = False
        with (
            socket.create_connection((host, port), timeout=5) as plain,
            context.wrap_socket(plain) as secure,
            pytest.raises(ssl.SSLError, match="certificate required"),
        ):
            secure.recv(1)
        return super().network_to(host, port)


@needs_mosquitto
def test_a_day_over_tls_fits_into_the_heap_that_tls_leaves():
    n = result(settings(tls=True, heap_bytes=TLS_HEAP_BYTES, config={"profile": "packed"}))
    assert n["records_unique"] == 25
    assert n["reports"] == 5  # none was tried twice
    assert not {event["code"] for event in n["events"]} & {WAKE_FAILED, REPORTS_FAILED}


@needs_mosquitto
@pytest.mark.prove
@pytest.mark.parametrize("link", ["bc66", "ppp"])
def test_days_over_tls_and_a_modem(link):
    assert result(settings(days=3, tls=True, link=link))["records_unique"] == 3 * 24 + 1
