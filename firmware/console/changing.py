"""What a technician sets: the reading of the meter body, another board's odometer, a filter.

Each is told as an event first, with who did it.
"""

from board import board
from firmware.console.asking import ask, is_yes
from firmware.console.facts import cubic_metres
from firmware.console.installer import who
from firmware.core import event
from firmware.core.errors import StorageFault
from firmware.hal.nvs import Nvs
from firmware.service import register


def set_reading(session, reading_ml):
    """The meter body shows so much now."""
    name, state = who(session), session.state
    before_ml = state.odometer_ml + state.offset_ml
    session.change(lambda: body_is(session, reading_ml, name))
    print(
        "meter body: it was %s, it is %s"
        % (cubic_metres(before_ml), cubic_metres(state.odometer_ml + state.offset_ml))
    )


def body_is(session, reading_ml, name):
    """The meter body shows reading_ml now. ValueError, StorageFault."""
    session.take()
    register.set_body_reading(session.state, session.keeping, reading_ml, name)
    session.commit()


def hand_over(session, odometer_ml):
    """This board replaces one whose odometer stood there."""
    name, state = who(session), session.state
    session.keeping.store()  # what the journal knows of before is in the odometer then
    session.take()
    register.may_follow(state, odometer_ml)
    print(
        "odometer: it is %s, it would be %s for good, for it never goes back"
        % (cubic_metres(state.odometer_ml), cubic_metres(odometer_ml))
    )
    if not ask(session, "Go on from there? y or n: ", is_yes):
        print("nothing has changed")
        return

    def act():
        session.take()
        before_ml = state.odometer_ml
        register.hand_over(state, session.keeping, odometer_ml, name)
        if board.FLUSH_PIN is not None:
            _filter_log().shift(state.odometer_ml - before_ml)  # no water of this filter
        session.commit()

    session.change(act)
    print("odometer: %s" % cubic_metres(state.odometer_ml))


def send_again(session, number):
    """With the next report: all acknowledged readings from that number on that are still there."""
    name, state, keeping = who(session), session.state, session.keeping

    def act():
        first = max(number, keeping.store().readings.first_seq())
        if first >= state.cursor_seq:
            raise ValueError("no reading from %s on is acknowledged yet" % str(number)[:30])
        before = state.again_seq if state.again_seq < state.again_end else 0
        if not keeping.note(event.CONFIG_CHANGED, before, first, "send_again by " + name):
            raise StorageFault("the event could not be stored, so nothing was changed")
        state.again_seq = first
        state.again_end = state.cursor_seq
        state.again_stream = 0
        if not keeping.keep():
            raise StorageFault("a loss of power would undo it: ask again")

    session.change(act)
    asked = state.again_end - state.again_seq
    print("%d readings go out again with the next report" % asked)


def change_filter(session):
    """The purifier has a new filter."""
    from firmware.filtering import change_filter as change

    if board.FLUSH_PIN is None:
        raise ValueError("this board is not in a purifier: it has no filter")
    name, state, keeping = who(session), session.state, session.keeping

    def act():
        session.take()
        keeping.store()  # what the journal knows of before is in the odometer then
        change(_filter_log(), keeping, state.odometer_ml, session.now_s(), name)
        session.commit()

    session.change(act)
    print("a new filter, from odometer %s on" % cubic_metres(state.odometer_ml))


def new_cell(session):
    """A new cell is in: what has been counted is of the one before."""
    from firmware.spending import new_cell as begin

    name, keeping = who(session), session.keeping

    def act():
        if not begin(keeping.vault.nvs, keeping.note, name):
            raise StorageFault("that could not be stored: nothing is changed")

    session.change(act)
    print("a new cell: what is left is counted from now on")


def _filter_log():
    from firmware.storage.filter_log import FilterLog

    return FilterLog(Nvs())
