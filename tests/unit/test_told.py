"""Promise: what happened to a meter stands in its events, once, and is delivered like readings."""

from expect import expect
from firmware.core import event, record
from firmware.storage.store import Store
from flash import fill, remounted
from meter import CONFIG, TRUE_S, Meter
from watch import begun, check, wakes

_QUIET = b'{"device": "m"}'


def _codes(meter):
    return [e.code for e in meter.events()]


def test_a_boot_is_told_with_its_cause():
    meter = begun(Meter(_QUIET))
    found = meter.events(event.BOOT)
    expect([(e.before, e.after) for e in found], [(event.POWER_ON, 1)])
    expect(bool(found[0].text), True)
    meter.power.why = "watchdog"
    meter.wake()
    meter.lose_power()
    meter.power.is_brown_out = True
    meter.wake()
    found = meter.events(event.BOOT)[1:]
    expect([(e.before, e.after) for e in found], [(event.WATCHDOG, 1), (event.BROWN_OUT, 2)])


def test_an_ordinary_wake_tells_nothing():
    meter = begun(Meter(_QUIET))
    before = _codes(meter)
    wakes(meter, 5, pulses=3)
    expect(_codes(meter), before)


def test_a_wake_that_crashed_is_told_by_the_next():
    meter = begun(Meter())
    wakes(meter, 1)
    meter.report_crashes = True
    meter.wake()
    meter.report_crashes = False
    meter.wake()
    expect([e.after for e in meter.events(event.WAKE_FAILED)], [1])
    wakes(meter, 2)
    expect(len(meter.events(event.WAKE_FAILED)), 1)


def test_each_setting_that_changed_is_told_with_before_and_after_and_who():
    meter = begun(Meter(_QUIET))
    wakes(meter, 1)
    before = len(meter.events())
    meter.system.put_config(
        b'{"device": "m", "report_s": 7200, "wifi_password": "secret", "changed_by": "A. Miller"}'
    )
    wakes(meter, 2)
    told = [(e.code, e.before, e.after, e.text) for e in meter.events()[before:]]
    by = " by A. Miller"
    expect(
        told,
        [
            (event.CONFIG_CHANGED, 21600, 7200, "report_s" + by),
            (event.CONFIG_CHANGED, 0, 0, "changed_by" + by),
            (event.CONFIG_CHANGED, 0, 0, "wifi_password" + by),
        ],
    )


def test_a_change_that_can_not_be_stored_is_in_force_and_told_when_it_can():
    meter = begun(Meter(_QUIET))
    wakes(meter, 1)
    events = Store(meter.files, meter.vault).events
    for _ in range(20):  # littlefs finds room for a small file even in a full flash
        events.append(event.pack(event.Event(event.WAKE_FAILED, 0, 1, 0, 0, 0, 0, 1, "")))
    fill(meter.files)
    before = len(meter.events())
    meter.system.put_config(b'{"device": "m", "pulse_weight_ml": 500}')
    meter.pulse(4)
    meter.wake()
    expect((meter.state().odometer_ml, len(meter.events())), (2000, before))
    files = remounted(meter.flash)
    for name in files.names():
        if name.startswith("other"):
            files.remove(name)
    wakes(meter, 2)
    found = [(e.before, e.after, e.text) for e in meter.events(event.CONFIG_CHANGED)[1:]]
    expect(found, [(1000, 500, "pulse_weight_ml")])


def test_a_refused_configuration_is_told_once_and_again_when_it_is_refused_for_another_reason():
    meter = begun(Meter(_QUIET))
    for text in (b"{", b"{", b'{"slot_s": 7}', b'{"slot_s": 7}', _QUIET, b"{"):
        meter.system.put_config(text)
        wakes(meter, 2)
    texts = [e.text for e in meter.events(event.CONFIG_REFUSED)]
    expect(["slot_s" in text for text in texts], [False, True, False])


def test_the_clock_is_told_when_it_is_set_and_when_the_network_is_not_believed():
    meter = begun(Meter())
    found = meter.events(event.CLOCK_SET)
    expect([(e.before, e.after - TRUE_S in (0, 1)) for e in found], [(0, True)])
    wakes(meter, 2)
    meter.network.offset_s = 86_400
    wakes(meter, 1)
    found = meter.events(event.CLOCK_DOUBTED)
    expect([e.after - meter.true_s() > 80_000 for e in found], [True])
    wakes(meter, 1)
    found = meter.events(event.CLOCK_SET)
    expect((len(found), found[-1].after - found[-1].before > 80_000), (2, True))


def test_a_counter_that_stood_still_is_told():
    meter = begun(Meter(_QUIET))
    meter.counter.sleep_percent = 0
    wakes(meter, 2)
    expect(len(meter.events(event.COUNTER_FAULT)) >= 1, True)


def test_reports_that_failed_are_told_by_the_first_that_gets_through():
    meter = begun(Meter())
    meter.network.no_broker = True
    wakes(meter, 3)
    failures = meter.state().failures
    expect(failures > 1, True)
    meter.network.no_broker = False
    wakes(meter, 6)
    expect([e.before for e in meter.events(event.REPORTS_FAILED)], [failures])


def test_events_reach_the_head_end_once_and_in_order():
    meter = begun(Meter())
    for text in (b"{", CONFIG % 3600, b"[", CONFIG % 3600):
        meter.system.put_config(text)
        wakes(meter, 2, pulses=1)
    wakes(meter, 2)
    check(meter)
    stored = [[e.code, e.before, e.after, e.text] for e in meter.events()]
    expect([row[2:6] for row in meter.network.events], stored)
    expect([row[0] for row in meter.network.events], list(range(1, len(stored) + 1)))
    dated = [row[1] for row in meter.network.events]
    expect(None in dated, False)
    expect(dated, sorted(dated))


def test_events_are_sent_again_until_they_are_acknowledged():
    meter = begun(Meter())
    wakes(meter, 1)
    had = len(meter.network.events)
    meter.network.no_puback = True
    meter.power.why = "reset"
    wakes(meter, 2)
    expect(len(meter.network.events), had)
    meter.network.no_puback = False
    wakes(meter, 6)
    causes = [row[3] for row in meter.network.events[had:] if row[2] == event.BOOT]
    expect(causes, [event.RESET])


def test_a_power_that_fails_again_and_again_leads_to_wakes_that_only_count():
    meter = begun(Meter(_QUIET))
    wakes(meter, 1)
    meter.lose_power()
    meter.wake()
    late = meter.fuse.calls * 2 // 3
    had = len(meter.readings()), len(meter.events())
    for _ in range(40):
        meter.lose_power()
        meter.wake(late)  # and again, before the wake has ended
    expect(len(meter.readings()) - had[0], 3)
    expect(len(meter.events()) - had[1] <= 3, True)
    meter.pulse(4)
    wakes(meter, 3)
    readings = meter.readings()
    expect((readings[-1].pulses, readings[-1].boot), (4, 42))
    expect(bool(readings[-2].flags & record.POWER_LOST), True)


def test_a_damaged_last_good_configuration_is_replaced_by_the_next_one():
    meter = begun(Meter(_QUIET))
    wakes(meter, 1)
    for damaged in (bytes(3000), b"{", b""):
        remounted(meter.flash).replace("config.good", damaged)
        meter.lose_power()
        wakes(meter, 2)
        meter.system.put_config(b"{")
        meter.pulse(2)
        meter.wake()
        expect(check(meter)[-1].flags & record.STORAGE_FAULT, 0)
        expect(meter.state().odometer_ml, 1000 * meter.pulses)
        meter.system.put_config(_QUIET)
        wakes(meter, 1)


def test_a_refused_configuration_without_a_last_good_one_bills_no_pulse_by_another_weight():
    meter = begun(Meter(b'{"device": "m", "pulse_weight_ml": 100}'))
    wakes(meter, 2, pulses=5)
    meter.system.put_config(b"{")
    meter.replace_journal()
    for _ in range(3):
        meter.pulse(5)
        meter.wake()
        expect(meter.state().odometer_ml, 1000)
    meter.system.put_config(b'{"device": "m", "pulse_weight_ml": 100}')
    meter.wake()
    expect(meter.state().odometer_ml, 2500)


def test_a_text_that_json_would_make_longer_fits_into_a_message_all_the_same():
    meter = begun(
        Meter(b'{"device": "%s", "broker_host": "b", "message_bytes": 320}' % (b"m" * 32))
    )
    for text in ("\x01" * 40, '"' * 40, "\\" * 40, "\u00e4" * 20, "plain"):
        Store(meter.files, meter.vault).events.append(
            event.pack(event.Event(event.HAND_OVER, 0, 1, 0, 0, 0, -(1 << 63), -(1 << 63), text))
        )
    meter.press(early_ms=1_000_000)
    meter.wake()
    texts = [row[5] for row in meter.network.events if row[2] == event.HAND_OVER]
    expect(texts, ["?" * 40, "?" * 40, "?" * 40, "\u00e4" * 20, "plain"])
