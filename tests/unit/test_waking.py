"""Promise: whatever ended the last wake, this one knows how much water there was."""

from expect import expect
from firmware.core import record
from firmware.core.errors import StorageFault
from firmware.storage.checkpoint import NAMES, Vault
from firmware.storage.known import NEW, Checkpoint
from firmware.storage.retained import RetainedState
from firmware.storage.state import State
from firmware.waking import adopt, is_safe_mode, state_at_wake
from nvs import FakeNvs
from ports import FakePower


class NoSegments:
    def before(self, limit):
        return None

    def after(self, limit):
        return None


class FakeJournal:
    segments = NoSegments()

    def __init__(self, first, next_seq):
        self._first = first
        self.next_seq = next_seq

    def first_seq(self):
        return self._first


class FakeStore:
    def __init__(self, journal=9, last=None):
        self.id = journal
        self._last = last
        self.readings = FakeJournal(40, 50)
        self.events = FakeJournal(4, 6)
        self.reserved = None

    def last_reading(self):
        return self._last

    def reserve(self, known):
        self.reserved = known.next_seq


def _vault(**fields):
    """What the checkpoint of a meter in the middle of its life holds; None: there is none."""
    vault = Vault(FakeNvs())
    known = dict(zip(NAMES, NEW))
    known.update(boot=6, is_blank=0, journal=9, cursor_seq=30, next_seq=45)
    known.update(fields)
    vault.save(Checkpoint(*[known[name] for name in NAMES]))
    return vault


def _no_vault():
    return Vault(FakeNvs())


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
        uncertainty_s=3,
        era=0,
    )


_LAST = _last()


def _broken():
    raise StorageFault("broken")


def _wake(power, vault=None, store=None, cause=None):
    state, cold = state_at_wake(
        cause=cause or power.why,
        retained=RetainedState(power),
        vault=vault or _vault(),
        open_store=_broken if store is None else lambda: store,
    )
    expect(cold, RetainedState(power).load() is None)
    return state


def _after(**fields):
    """Power as a wake left it that ended with this state."""
    power = FakePower()
    state = State()
    state.boot, state.journal, state.count, state.is_blank = 6, 9, 480, 0
    for name, value in fields.items():
        setattr(state, name, value)
    RetainedState(power).save(state)
    power.why = "timer"
    return power


def test_a_new_meter_begins_at_zero_with_a_reading_on_demand():
    vault = _no_vault()
    state = _wake(FakePower(), vault, FakeStore())
    expect((state.odometer_ml, state.pulses, state.count, state.boot), (0, 0, 0, 1))
    expect((state.cursor_seq, state.journal, state.running), (40, 9, 1))
    expect((state.flags, state.is_blank), (record.ON_DEMAND, 0))
    saved = vault.load()
    expect((saved.boot, saved.starts, saved.journal, saved.is_blank), (1, 1, 9, 0))


def test_after_a_loss_of_power_the_odometer_goes_on_from_the_checkpoint():
    known = dict(odometer_ml=101_000, pulses=101, rest=3, count=90, reverse_pulses=4)
    for store in (FakeStore(), None):
        state = _wake(FakePower(), _vault(offset_ml=-7, **known), store)
        expect((state.odometer_ml, state.pulses, state.rest, state.count), (101_000, 101, 3, 0))
        expect((state.reverse_pulses, state.boot, state.cursor_seq), (4, 7, 30))
        expect((state.offset_ml, state.is_blank), (-7, 0))
        told = record.ON_DEMAND | record.POWER_LOST
        expect(state.flags, told if store else told | record.STORAGE_FAULT)


def test_a_lost_memory_without_a_loss_of_power_goes_on_from_the_saved_count():
    for cause in ("watchdog", "reset", "timer", "ulp"):
        vault = _vault(pulses=500, count=480)
        state = _wake(FakePower(), vault, FakeStore(last=_LAST), cause)
        expect((state.pulses, state.count, state.boot), (500, 480, 7))


def test_the_newer_of_record_and_checkpoint_is_what_the_odometer_goes_on_from():
    known = dict(odometer_ml=501_000, pulses=501, rest=3, count=481)
    for cause, count in (("power_on", 0), ("watchdog", 481)):
        state = _wake(FakePower(), _vault(**known), FakeStore(last=_LAST), cause)
        expect((state.odometer_ml, state.pulses, state.rest), (501_000, 501, 3))
        expect((state.count, bool(state.flags & record.POWER_LOST)), (count, True))
    known = dict(odometer_ml=499_000, pulses=499, rest=3, count=479)
    state = _wake(FakePower(), _vault(**known), FakeStore(last=_LAST), "watchdog")
    expect((state.odometer_ml, state.pulses, state.rest, state.count), (500_000, 500, 7, 480))


def test_a_lost_checkpoint_is_made_up_for_by_the_journal():
    for nvs_fails in (False, True):
        vault = _no_vault()
        vault.nvs.read_fails = nvs_fails
        state = _wake(FakePower(), vault, FakeStore(last=_LAST))
        expect((state.odometer_ml, state.pulses, state.rest), (500_000, 500, 7))
        expect((state.boot, state.cursor_seq, state.is_blank), (7, 40, 0))
    state = _wake(FakePower(), _no_vault(), FakeStore(last=_last(0xFFFF)))
    expect(state.boot, 0)  # modulo 2**16


def test_numbers_that_the_checkpoint_knows_are_not_given_again():
    for journal, reserved in ((9, 45), (10, None)):
        store = FakeStore(journal, last=_LAST)
        _wake(FakePower(), _vault(), store)
        expect(store.reserved, reserved)


def test_a_journal_that_comes_back_late_goes_under_what_was_counted_since():
    vault = _no_vault()
    power = FakePower()
    state = _wake(power, vault)
    expect((state.odometer_ml, state.is_blank, state.boot), (0, 1, 1))
    expect(vault.load().is_blank, 1)  # and still after one more loss of power
    state.odometer_ml, state.pulses, state.count = 3000, 3, 3
    adopt(state, FakeStore(last=_LAST))
    expect((state.odometer_ml, state.pulses, state.count), (503_000, 503, 3))
    expect((state.boot, state.cursor_seq, state.journal, state.is_blank), (7, 40, 9, 0))
    expect(bool(state.flags & record.POWER_LOST), True)


def test_a_journal_that_comes_back_late_adds_nothing_to_what_the_checkpoint_knew():
    state = _wake(FakePower(), _vault(odometer_ml=500_000, pulses=500))
    expect((state.odometer_ml, state.is_blank, state.journal), (500_000, 0, 9))
    adopt(state, FakeStore(journal=10, last=_LAST))
    expect((state.odometer_ml, state.pulses), (500_000, 500))


def test_a_replaced_journal_is_reported_from_its_beginning():
    power = _after(cursor_seq=77, cursor_segment=70, config_crc=5, pulses=9, frozen_day=3)
    state = _wake(power)
    adopt(state, FakeStore(10, last=_LAST))
    expect((state.cursor_seq, state.cursor_segment, state.journal), (40, 0, 10))
    expect((state.event_cursor_seq, state.next_seq, state.event_next_seq), (4, 50, 6))
    expect((state.pulses, state.config_crc, state.frozen_day), (9, 0, 0))


def test_power_that_fails_again_and_again_before_a_wake_has_ended_leads_to_safe_mode():
    vault = _vault()
    safe = [is_safe_mode(_wake(FakePower(), vault, FakeStore())) for _ in range(6)]
    expect(safe, [False, False, False, True, True, True])


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
    power = _after(pulses=500, next_slot_s=99, clock_set=1, refill_s=7, cursor_seq=1)
    vault = _vault()
    state = _wake(power, vault, FakeStore(), "power_on")
    expect((state.pulses, state.count, state.boot, state.next_slot_s), (500, 480, 7, 0))
    expect((state.time.is_known(), state.clock_set, state.refill_s), (False, 0, 0))
    expect(state.flags, record.ON_DEMAND | record.POWER_LOST)
    expect((vault.load().boot, vault.load().cursor_seq), (7, 1))


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
