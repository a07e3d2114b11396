"""Promise: a report over PPP ends within its time and its energy, as one over the modem's own
sockets does.
"""

import sys

from expect import expect, expect_raises
from firmware.core import fault, radio
from firmware.core.errors import UplinkError
from ports import FakeClock

_CLOCK = FakeClock()


class _SlowStream:
    """Each answer takes as long as it may."""

    allowed_ms = 0
    closed = False

    def sendall(self, data, timeout_ms, is_last=False):
        self.allowed_ms = timeout_ms

    def recv(self, n, timeout_ms):
        _CLOCK.sleep_ms(min(19_000, timeout_ms))
        return b"x"

    def close(self):
        self.closed = True


class _Ppp:
    def __init__(self, uart):
        self.stream = _SlowStream()
        uart.append(self)

    def up(self, timeout_ms):
        self.allowed_ms = timeout_ms
        _CLOCK.sleep_ms(min(25_000, timeout_ms))

    def connect(self, host, port, timeout_ms):
        return self.stream

    def down(self):
        return True


class _Hal:
    Ppp = _Ppp


class _Joined:
    is_careful = False
    address = "10.0.0.1"

    def __init__(self, left_mj, joined_ms):
        self.budget = radio.Budget(_CLOCK, left_mj, 0)
        _CLOCK.sleep_ms(joined_ms)
        self.budget.enter(radio.CONNECTED)

    def network_time_s(self):
        return 0


def _dialled(left_mj, joined_ms=0):
    sys.modules["firmware.hal.ppp"] = _Hal  # of a chip with a modem
    from firmware.dialling import Dialled

    modem, uart = _Joined(left_mj, joined_ms), []
    return modem.budget, Dialled(modem, uart), uart[0]


def test_a_broker_that_is_slow_over_ppp_does_not_outlast_the_report():
    for left_mj, least_ms, most_ms in ((40_000, 125_000, 130_100), (9000, 20_000, 47_000)):
        budget, link, ppp = _dialled(left_mj)
        link.dial()
        stream = link.connect("broker", 1883, 20_000)

        def talk():
            while True:
                stream.sendall(b"x", 20_000)  # noqa: B023
                stream.recv(1, 20_000)  # noqa: B023

        expect(expect_raises(UplinkError, talk).fault, fault.BUDGET)
        expect(least_ms <= budget.taken_ms() <= most_ms, True)
        stream.close()
        expect(ppp.stream.closed, True)


def test_ppp_is_not_awaited_longer_than_the_report_may_last():
    budget, link, ppp = _dialled(40_000, 120_000)
    link.dial()
    expect(ppp.allowed_ms, 10_000)
    expect(expect_raises(UplinkError, link.dial).fault, fault.BUDGET)


def test_each_burst_over_ppp_is_charged():
    budget, link, _ = _dialled(40_000)
    before_mj = budget.spent_mj()
    stream = link.connect("broker", 1883, 20_000)
    stream.sendall(b"x", 20_000)
    expect(budget.spent_mj() - before_mj, 140)
