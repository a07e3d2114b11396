"""Promise: a network that is away for hours holds up an alarm by an hour more, and no battery."""

from expect import expect
from firmware.core import event
from meter import CONFIG, Meter
from watch import begun, wakes


def test_an_alarm_of_a_burst_arrives_within_an_hour_of_an_outage_of_hours():
    meter = begun(Meter(CONFIG % 86_400))
    wakes(meter, 1, pulses=3)
    meter.network.no_broker = True
    meter.advance(-3_000_000)
    meter.counter.begin_burst()
    wakes(meter, 1, pulses=35)
    began_s, tries = meter.true_s(), meter.network.sessions
    while meter.true_s() - began_s < 5 * 3600:
        wakes(meter, 1, pulses=90)
    ended_s = meter.true_s()
    expect(meter.network.sessions - tries <= 12, True)
    meter.network.no_broker = False
    while not [row for row in meter.network.events if row[2] == event.ALARM]:
        wakes(meter, 1, pulses=90)
    expect(meter.true_s() - ended_s <= 3660, True)
