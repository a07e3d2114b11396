"""Promise: whatever ended the last wake, this one knows how much water there was."""

from expect import expect
from firmware.core import record
from firmware.core.errors import StorageFault
from firmware.storage.checkpoint import Checkpoint
from firmware.storage.state import RetainedState, State
from firmware.waking import adopt, is_safe_mode, state_at_wake
from ports import FakePower


class FakeJournal:
    def first_seq(self):
        return 40


class FakeStore:
    def __init__(self, *, boot=6, cursor_seq=30, tag=9, last=None, **known):
        fields = dict(odometer_ml=0, pulses=0, rest=0, count=0, reverse_pulses=0)
        fields.update(known)
        self._checkpoint = Checkpoint(boot=boot, cursor_seq=cursor_seq, **fields)
        self._tag = tag
        self._last = last
        self.journal = FakeJournal()
        self.saved = None

    def checkpoint(self):
        return self._checkpoint

    def tag(self):
        return self._tag

    def last_reading(self):
        return self._last

    def save_checkpoint(self, state):
        self.saved = state.boot, state.cursor_seq


def _last(boot=6):
    return record.Reading(
        time_s=1_790_000_000,
        boot=boot,
        flags=0,
        odometer_ml=500_000,
        interval_ml=1000,
        battery_mv=3600,
        pulses=500,
        count=480,
        rest=7,
    )


_LAST = _last()


def _broken():
    raise StorageFault("broken")


def _wake(power, store=None, cause=None):
    state, cold = state_at_wake(
        cause=cause or power.why,
        retained=RetainedState(power),
        open_store=_broken if store is None else lambda: store,
    )
    expect(cold, RetainedState(power).load() is None)
    return state


def _after(**fields):
    """Power as a wake left it that ended with this state."""
    power = FakePower()
    state = State()
    state.boot, state.journal_tag, state.count = 6, 9, 480
    for name, value in fields.items():
        setattr(state, name, value)
    RetainedState(power).save(state)
    power.why = "timer"
    return power


def test_a_new_meter_begins_at_zero_with_a_reading_on_demand():
    store = FakeStore(boot=0, cursor_seq=1)
    state = _wake(FakePower(), store)
    expect((state.odometer_ml, state.pulses, state.count, state.boot), (0, 0, 0, 1))
    expect((state.cursor_seq, state.journal_tag, state.running), (1, 9, 1))
    expect(state.flags, record.ON_DEMAND)
    expect(store.saved, (1, 1))


def test_after_a_loss_of_power_the_odometer_goes_on_from_the_journal():
    state = _wake(FakePower(), FakeStore(last=_LAST))
    expect((state.odometer_ml, state.pulses, state.rest, state.count), (500_000, 500, 7, 0))
    expect((state.boot, state.cursor_seq), (7, 30))
    expect(state.flags, record.ON_DEMAND | record.POWER_LOST)


def test_a_lost_memory_without_a_loss_of_power_goes_on_from_the_recorded_count():
    for cause in ("watchdog", "reset", "timer", "ulp"):
        state = _wake(FakePower(), FakeStore(last=_LAST), cause)
        expect((state.pulses, state.count, state.boot), (500, 480, 7))


def test_the_newer_of_record_and_checkpoint_is_what_the_odometer_goes_on_from():
    known = dict(odometer_ml=501_000, pulses=501, rest=3, count=481)
    for cause, count in (("power_on", 0), ("watchdog", 481)):
        state = _wake(FakePower(), FakeStore(last=_LAST, **known), cause)
        expect((state.odometer_ml, state.pulses, state.rest), (501_000, 501, 3))
        expect((state.count, bool(state.flags & record.POWER_LOST)), (count, True))
    known = dict(odometer_ml=499_000, pulses=499, rest=3, count=479)
    state = _wake(FakePower(), FakeStore(last=_LAST, **known), "watchdog")
    expect((state.odometer_ml, state.pulses, state.rest, state.count), (500_000, 500, 7, 480))


def test_a_checkpoint_without_any_record_is_enough_to_go_on():
    known = dict(odometer_ml=101_000, pulses=101, rest=3, count=90, reverse_pulses=4)
    state = _wake(FakePower(), FakeStore(**known))
    expect((state.odometer_ml, state.pulses, state.rest), (101_000, 101, 3))
    expect((state.reverse_pulses, state.flags), (4, record.ON_DEMAND | record.POWER_LOST))


def test_turns_backward_go_on_from_the_checkpoint_whatever_is_newer():
    state = _wake(FakePower(), FakeStore(last=_LAST, pulses=400, reverse_pulses=12))
    expect((state.pulses, state.reverse_pulses), (500, 12))
    state.reverse_pulses, state.journal_tag = 0xFFFFFFFF, 0
    adopt(state, FakeStore(last=_LAST, reverse_pulses=12))
    expect(state.reverse_pulses, 11)  # modulo 2**32


def test_a_damaged_checkpoint_does_not_use_a_boot_number_again():
    state = _wake(FakePower(), FakeStore(boot=0, cursor_seq=1, last=_LAST))
    expect((state.boot, state.cursor_seq), (7, 1))
    state = _wake(FakePower(), FakeStore(boot=0, last=_last(0xFFFF)))
    expect(state.boot, 0)  # modulo 2**16


def test_a_journal_that_comes_back_late_goes_under_what_was_counted_since():
    state = _wake(FakePower())
    expect((state.odometer_ml, state.journal_tag, state.boot), (0, 0, 1))
    state.odometer_ml, state.pulses, state.count = 3000, 3, 3
    adopt(state, FakeStore(last=_LAST))
    expect((state.odometer_ml, state.pulses, state.count), (503_000, 503, 3))
    expect((state.boot, state.cursor_seq, state.journal_tag), (7, 30, 9))
    expect(bool(state.flags & record.POWER_LOST), True)


def test_a_replaced_journal_is_reported_from_its_beginning():
    power = _after(cursor_seq=77, cursor_segment=70, config_crc=5, pulses=9)
    state = _wake(power)
    adopt(state, FakeStore(tag=10, last=_LAST))
    expect((state.cursor_seq, state.cursor_segment, state.journal_tag), (40, 0, 10))
    expect((state.pulses, state.config_crc), (9, 0))


def test_a_quiet_wake_changes_nothing():
    power = _after(flags=record.CONFIG_REFUSED, crashes=2)
    state = _wake(power)
    expect((state.flags, state.crashes, state.count, state.running), (16, 0, 480, 1))


def test_a_button_asks_for_a_reading_and_a_report():
    power = _after(next_report_s=99, next_slot_s=99)
    power.why = "button"
    state = _wake(power)
    expect((state.flags, state.next_report_s, state.next_slot_s), (record.ON_DEMAND, 0, 99))


def test_power_that_came_back_before_memory_was_lost_is_a_power_on_like_any_other():
    power = _after(pulses=500, next_slot_s=99, power_on_epoch_s=5, clock_set=1, refill_s=7)
    store = FakeStore()
    state = _wake(power, store, "power_on")
    expect((state.pulses, state.count, state.boot, state.next_slot_s), (500, 480, 7, 0))
    expect((state.power_on_epoch_s, state.clock_set, state.refill_s), (0, 0, 0))
    expect((state.flags, store.saved), (record.ON_DEMAND | record.POWER_LOST, (7, 1)))


def test_three_crashes_in_a_row_are_six_wakes_that_only_count_and_then_a_try():
    power = _after()
    found = ""
    for _ in range(22):
        state = _wake(power)
        safe = is_safe_mode(state)
        found += "s" if safe else "F"
        if safe:
            state.running = 0
        RetainedState(power).save(state)
    expect(found, "FFFssssssFssssssFsssss"[:22])


def test_one_wake_that_ends_well_forgets_the_crashes():
    power = _after(crashes=2, running=1)
    state = _wake(power)
    expect(state.crashes, 3)
    power = _after(crashes=2)
    expect(_wake(power).crashes, 0)
    power = _after(crashes=255, running=1)
    state = _wake(power)
    is_safe_mode(state)
    expect(state.crashes < 256, True)
