"""Promise: body readings and hand-overs are told before they are true, and none goes back."""

from expect import expect, expect_raises
from firmware.core import event
from firmware.core.errors import StorageFault
from firmware.keeping import Keeping
from firmware.service.register import hand_over, set_body_reading
from firmware.timing import when
from meter import Meter
from watch import begun, wakes


def _served(meter):
    """(state, keeping, commit) as at the prompt."""
    retained = meter.retained()
    state = retained.load()

    def commit():
        retained.save(state)

    keeping = Keeping(meter._open_store, meter.vault, meter._repair)
    keeping.begin(state, commit, lambda: when(state.time), lambda n, size=1: None)
    return state, keeping, commit


def _counted():
    meter = begun(Meter())
    wakes(meter, 2, pulses=6)
    return meter


def test_a_body_reading_is_an_event_and_an_offset_that_survives_a_loss_of_power():
    meter = _counted()
    state, keeping, commit = _served(meter)
    set_body_reading(state, keeping, 1_234_567, "A. Miller")
    commit()
    set_body_reading(state, keeping, 1_234_000, "A. Miller")
    commit()
    found = [(e.before, e.after, e.text) for e in meter.events(event.BODY_READING)]
    expect(found, [(0, 1_222_567, "A. Miller"), (1_222_567, 1_222_000, "A. Miller")])
    expect((state.odometer_ml, state.offset_ml), (12_000, 1_222_000))
    wakes(meter, 1)
    expect(meter.network.messages[-1].get("offset_ml", 1_222_000), 1_222_000)
    meter.lose_power()
    meter.wake()
    expect((meter.state().odometer_ml, meter.state().offset_ml), (12_000, 1_222_000))
    meter.nvs.content.clear()
    meter.lose_power()
    meter.wake()
    expect(meter.state().offset_ml, 1_222_000)  # the events know it


def test_a_hand_over_goes_on_from_the_board_before_and_never_back():
    meter = _counted()
    state, keeping, commit = _served(meter)
    expect_raises(ValueError, hand_over, state, keeping, 11_999, "x")
    expect((state.odometer_ml, meter.events(event.HAND_OVER)), (12_000, []))
    hand_over(state, keeping, 98_765_000, "B. Fitter, board 77")
    commit()
    found = meter.events(event.HAND_OVER)
    expect(
        [(e.before, e.after, e.text) for e in found], [(12_000, 98_765_000, "B. Fitter, board 77")]
    )
    meter.pulse(3)
    meter.wake()
    expect(meter.last().odometer_ml, 98_768_000)
    meter.lose_power()
    meter.wake()
    expect(meter.state().odometer_ml, 98_768_000)


def test_without_its_checkpoint_a_meter_knows_what_it_was_told_last():
    meter = _counted()
    for _ in range(2):  # power failed behind the event, so it is told once more
        state, keeping, commit = _served(meter)
        set_body_reading(state, keeping, 50_000, "A. Miller")
    hand_over(state, keeping, 98_765_000, "A. Miller, board 77")
    meter.nvs.content.clear()
    meter.lose_power()
    meter.wake()
    expect((meter.state().odometer_ml, meter.state().offset_ml), (98_765_000, 38_000))


def test_without_a_journal_nothing_is_changed():
    meter = _counted()
    state, keeping, _ = _served(meter)
    meter.storage_fails = True
    expect_raises(StorageFault, set_body_reading, state, keeping, 5, "x")
    expect_raises(StorageFault, hand_over, state, keeping, 1 << 40, "x")
    expect_raises(ValueError, set_body_reading, state, keeping, -1, "x")
    expect((state.odometer_ml, state.offset_ml), (12_000, 0))
