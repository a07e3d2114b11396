"""Promise: a self-test proves a meter only when a broker has acknowledged, and nothing is open but
what sleep alone can tell.
"""

from expect import expect
from firmware.core import fault
from firmware.service.check_lines import (
    broker_line,
    is_proved,
    link_line,
    signal_line,
    sleep_line,
)

_ACKNOWLEDGED = broker_line(True, 0, 0)


def test_what_proves_a_meter():
    expect(is_proved([sleep_line(0), signal_line(-80, True), _ACKNOWLEDGED]), True)
    expect(is_proved([sleep_line(1), signal_line(-115, False), _ACKNOWLEDGED]), True)


def test_what_does_not():
    heard = signal_line(-80, True)
    for lines in (
        [],
        [heard],
        [heard, broker_line(None, 0, 0)],
        [heard, broker_line(False, fault.BUDGET, 0)],
        [heard, link_line("broker", None, 0, 0)],
        [sleep_line(2), heard, _ACKNOWLEDGED],
        [link_line("network", None, 0, 0), heard, _ACKNOWLEDGED],
        [signal_line(0, True), _ACKNOWLEDGED],
        [signal_line(-81, True), _ACKNOWLEDGED],
        [signal_line(-116, False), _ACKNOWLEDGED],
    ):
        expect(is_proved(lines), False)
