"""A meter at which a burst begins, and what it has told of its alarms."""

from expect import expect
from firmware.core import event
from firmware.storage.watch_state import WatchState
from meter import CONFIG, Meter
from watch import begun, wakes

_SIX_HOURS = CONFIG % 21_600
NOTICE, ALARM = 31, 32  # of a burst, as in the events


def calm_meter(config=_SIX_HOURS):
    meter = begun(Meter(config))
    wakes(meter, 1, pulses=3)
    return meter


def burst_begins(meter):
    """35 pulses within the burst's window; the coprocessor wakes the CPU, which sees it."""
    meter.advance(-3_000_000)
    meter.counter.begin_burst()
    meter.pulse(35)
    meter.wake()
    meter.pulse(90)  # until the next look


def bursting():
    """The wake that comes next finds the burst half an hour old."""
    meter = calm_meter()
    burst_begins(meter)
    expect(alarms_told(meter), [])
    return meter


def alarms_told(meter):
    """(before, after) of the alarms in the journal."""
    return [(one.before, one.after) for one in meter.events(event.ALARM)]


def alarms_arrived(meter):
    return [tuple(row[3:5]) for row in meter.network.events if row[2] == event.ALARM]


def known_to(meter):
    """What its retained memory has of the alarms."""
    retained = meter.retained()
    retained.load()
    return WatchState(retained)


def goes_on(meter, after):
    """Wakes of the burst until it has got that far."""
    for _ in range(6):
        if after in [one[1] for one in alarms_told(meter)]:
            return
        meter.pulse(40)
        meter.wake()
    raise AssertionError("%r and not %d" % (alarms_told(meter), after))
