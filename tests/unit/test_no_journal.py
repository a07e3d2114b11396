"""Promise: without its journal a meter counts, reports and says so; a new one is made at last."""

from expect import expect
from firmware.core import event, record
from firmware.core.errors import NewerFormat
from meter import Meter
from watch import begun, check, wakes


def test_the_odometer_is_published_without_a_journal():
    meter = begun(Meter())
    meter.storage_fails = True
    wakes(meter, 2, pulses=7)
    live = meter.network.live
    expect([(row[0], row[2]) for row in live], [(None, 7000), (None, 14_000)])
    expect([bool(row[5] & record.STORAGE_FAULT) for row in live], [True, True])
    expect(abs(live[-1][1] - meter.true_s()) <= 3601, True)
    message = meter.network.messages[-1]
    expect((message["journal"], message["stream"]), (None, "live"))


def test_a_journal_that_is_back_is_told_and_goes_on():
    meter = begun(Meter())
    meter.storage_fails = True
    wakes(meter, 2, pulses=7)
    meter.storage_fails = False
    wakes(meter, 2)
    expect([(e.before, e.after) for e in meter.events(event.JOURNAL_FAULT)], [(2, 0)])
    expect(check(meter)[-1].pulses, 14)


def test_a_journal_is_made_anew_in_the_third_wake_without_it_and_not_before():
    meter = begun(Meter())
    meter.storage_fails = meter.can_repair = True
    old = meter.flash
    wakes(meter, 2, pulses=1)
    expect(meter.flash is old, True)
    meter.network.rows = []
    wakes(meter, 3, pulses=1)
    expect(meter.flash is old, False)
    found = meter.events(event.JOURNAL_FAULT)
    expect(
        [(e.before, e.after, e.text) for e in found], [(3, 1, "3 unsent records saved, 0 lost")]
    )
    readings = check(meter)
    expect(readings[0].pulses, 3)
    expect([row[0] for row in meter.network.rows], list(range(1, len(readings) + 1)))


def test_what_cannot_be_made_anew_is_tried_again_once_a_day():
    meter = begun(Meter())
    meter.storage_fails = True
    tries = []
    for n in range(60):
        before = meter.fuse.calls
        meter._repair_calls = 0
        repair = meter._repair

        def counted(state, repair=repair, n=n):
            tries.append(n)
            return repair(state)

        meter._repair = counted
        meter.wake()
        meter._repair = repair
        expect(before >= 0, True)
    expect(tries, [2, 26, 50])


def test_a_newer_format_is_never_made_anew():
    meter = begun(Meter())

    def newer(segment, is_damaged):
        raise NewerFormat("format 9")

    meter._open_store = newer
    meter.can_repair = True
    old = meter.flash
    wakes(meter, 6, pulses=2)
    expect(meter.flash is old, True)
    expect(meter.network.live[-1][2], 12_000)


def test_a_checkpoint_that_cannot_be_written_is_told_and_records_go_on():
    meter = begun(Meter())
    meter.nvs.write_fails = True
    wakes(meter, 2, pulses=3)
    meter.nvs.write_fails = False
    wakes(meter, 2)
    flags = [bool(r.flags & record.STORAGE_FAULT) for r in check(meter)]
    expect((any(flags), flags[-1]), (True, False))


def test_power_lost_without_a_checkpoint_goes_on_from_the_journal():
    meter = begun(Meter())
    wakes(meter, 2, pulses=5)
    meter.nvs.content.clear()
    meter.lose_power()
    meter.pulses = 10
    meter.wake()
    expect(check(meter)[-1].pulses, 10)
    wakes(meter, 2)
    expect(check(meter)[-1].boot, 2)
