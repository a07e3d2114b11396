"""What must be true of every meter at any time."""

from expect import expect
from firmware.core import event, record
from meter import Meter


def check(meter, weight_ml=1000):
    """What must be true of every meter at any time; its readings."""
    readings = meter.readings()
    slots = {}
    on_demand = 0
    for before, reading in zip([None] + readings, readings):
        expect(reading.odometer_ml, reading.pulses * weight_ml)
        if before:
            expect(reading.odometer_ml >= before.odometer_ml, True)
            expect(reading.interval_ml, reading.odometer_ml - before.odometer_ml)
        if reading.flags & record.ON_DEMAND:
            on_demand += not reading.flags & record.COUNTER_FAULT  # an alarm is nobody's demand
        else:
            slot = (reading.boot, (meter.dated_s(reading) + 5) // 3600)  # 5 s early is in time
            if slot in slots:
                raise AssertionError("slot %r twice in %r" % (slot, readings))
            slots[slot] = True
    expect(on_demand <= meter.asked, True)
    seqs = [row[0] for row in meter.network.rows]
    told = [(e.before, e.after) for e in meter.events(event.UNREADABLE)]
    for seq in range(1, max(seqs or [0]) + 1):
        # A number is used before its record is written; power may fail in between.
        if seq not in seqs and not [1 for first, last in told if first <= seq <= last]:
            raise AssertionError("reading %d neither arrived nor is told as missing" % seq)
    state = meter.state()
    expect(state is None or state.cursor_seq <= meter.store().readings.next_seq, True)
    return readings


def wakes(meter, n, pulses=0):
    for _ in range(n):
        meter.pulse(pulses)
        meter.wake()


def begun(meter):
    """After its first wake and the one a minute later, which has seen it count in sleep."""
    meter.wake()
    meter.wake()
    return meter


def power_lost_meter():
    """A meter that has just lost power, with 901 pulses in its journal and 5 lost."""
    meter = begun(Meter())
    for n in (1, 900):
        meter.pulse(n)
        meter.wake()
    meter.pulse(5)
    meter.lose_power()
    return meter
