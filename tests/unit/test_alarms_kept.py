"""Promise: nothing but water begins an alarm of water, and nothing but its end, or who switches it
off, ends it: no clock, no loss of power, no other configuration, no counter that begins anew.
"""

from bursts import ALARM, NOTICE, alarms_told, bursting, calm_meter, goes_on, known_to
from expect import expect
from firmware.core import event
from watch import begun, power_lost_meter, wakes


def test_a_clock_that_is_stepped_neither_begins_nor_ends_an_alarm():
    for offset_s in (-400_000, 90_000):
        meter = bursting()
        goes_on(meter, ALARM)
        meter.network.offset_s = offset_s
        for _ in range(4):  # a second word is believed
            meter.pulse(40)
            meter.press(early_ms=60_000)
            meter.wake()
        expect(bool(meter.events(event.CLOCK_SET)[1:]), True)
        expect(alarms_told(meter), [(30, NOTICE), (NOTICE, ALARM)])


def test_an_alarm_that_is_on_survives_a_loss_of_power_and_is_not_told_again():
    meter = bursting()
    goes_on(meter, ALARM)
    before = alarms_told(meter)
    expect(before, [(30, NOTICE), (NOTICE, ALARM)])
    meter.lose_power()
    meter.wake()
    meter.counter.begin_burst()
    meter.wake()
    expect(alarms_told(meter)[:2], before)
    told = alarms_told(meter)[2:]
    expect(told in ([], [(ALARM, 30)]), True)


def test_a_loss_of_power_without_an_alarm_begins_none():
    meter = begun(power_lost_meter())
    wakes(meter, 5, pulses=1)
    expect((alarms_told(meter), known_to(meter).levels), ([], 0))


def test_another_configuration_keeps_an_alarm_and_switching_it_off_ends_it_once():
    meter = bursting()
    goes_on(meter, ALARM)
    meter.system.put_config(
        b'{"device": "m", "broker_host": "b", "report_s": 3600, "message_bytes": 320}'
    )
    wakes(meter, 2, pulses=90)
    expect(alarms_told(meter), [(30, NOTICE), (NOTICE, ALARM)])
    meter.system.put_config(
        b'{"device": "m", "broker_host": "b", "report_s": 3600, "message_bytes": 320,'
        b' "alarms_off": "burst"}'
    )
    wakes(meter, 3, pulses=90)
    expect(alarms_told(meter), [(30, NOTICE), (NOTICE, ALARM), (ALARM, 30)])


def test_a_counter_that_begins_at_zero_is_no_water():
    meter = calm_meter()
    wakes(meter, 2, pulses=5)
    meter.counter.is_counting = False
    wakes(meter, 5)
    expect((alarms_told(meter), known_to(meter).levels), ([], 0))
    expect(meter.counter.forward < 10, True)


def test_an_odometer_that_is_handed_over_is_no_water():
    from firmware.service.register import hand_over

    meter = calm_meter()
    state, retained = meter.state(), meter.retained()
    retained.load()
    seen = known_to(meter).pulses
    from firmware.keeping import Keeping
    from firmware.timing import when

    keeping = Keeping(meter._open_store, meter.vault, None)
    keeping.begin(state, lambda: retained.save(state), lambda: when(state.time), retained.count)
    hand_over(state, keeping, 987_000_000, "A")
    retained.save(state)
    wakes(meter, 3)
    expect((alarms_told(meter), known_to(meter).pulses), ([], seen))


def test_in_safe_mode_nothing_is_looked_at_and_nothing_is_forgotten():
    meter = bursting()
    goes_on(meter, ALARM)
    before = known_to(meter)
    meter.report_crashes = True
    meter.press(early_ms=60_000)
    for _ in range(3):
        meter.wake()
    looked_s = known_to(meter).up_s
    wakes(meter, 3, pulses=90)
    expect((known_to(meter).up_s, known_to(meter).levels), (looked_s, before.levels))
