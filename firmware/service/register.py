"""What the meter body shows, and the odometer of a board that another one follows.

Neither is ever a silent write: an event with the value before and after stands first, and
what was counted is never edited.
"""

from firmware.core import event, record
from firmware.core.errors import StorageFault


def set_body_reading(state, keeping, reading_ml, who):
    """The body shows reading_ml now. ValueError, StorageFault: nothing has changed."""
    if reading_ml < 0:
        raise ValueError("a reading of %d mL" % reading_ml)
    keeping.store()  # what the journal knows of before is in the odometer then
    offset_ml = reading_ml - state.odometer_ml
    _told(keeping, event.BODY_READING, state.offset_ml, offset_ml, who)
    state.offset_ml = offset_ml
    _kept(state, keeping)


def hand_over(state, keeping, odometer_ml, who):
    """Go on from the odometer of the board that this one replaces. ValueError, StorageFault."""
    keeping.store()
    may_follow(state, odometer_ml)
    before_ml = state.odometer_ml
    _told(keeping, event.HAND_OVER, before_ml, odometer_ml, who)
    state.odometer_ml = odometer_ml
    _kept(state, keeping)


def may_follow(state, odometer_ml):
    """ValueError when this board has counted more than the one before."""
    if odometer_ml < state.odometer_ml:
        raise ValueError(
            "the odometer stands at %d mL and never goes back, not to %d"
            % (state.odometer_ml, odometer_ml)
        )


def _told(keeping, code, before, after, who):
    if not keeping.note(code, before, after, who):
        raise StorageFault("the event could not be stored, so nothing was changed")


def _kept(state, keeping):
    state.flags |= (
        record.ON_DEMAND
    )  # the next wake takes a reading, the second place that knows it
    if not keeping.keep():
        raise StorageFault("changed, but a loss of power would undo it: set it again")
