"""The counter, for as long as it is asked: the coprocessor goes on by itself. One that only counts
awake stays open in the session. In memory only meanwhile: a report needs the room.
"""

from firmware import counting
from firmware.sensor import open_counter


def begin(session, cause, cold):
    """See that it counts, with the settings in force."""
    found = counting.Counting(open_counter)
    found.start(session.state, session.settings, cause, cold, session.retained)
    session.awake_counter = found if found.stays_awake else None
    return found


def take(session):
    """Add what was counted to the odometer. Counts, None: nothing counts."""
    return _opened(session).take(session.state, session.settings)


def finish(session, save):
    """The last look before sleep."""

    def store():
        session.keeping.checkpoint()
        counting.is_stored(session.state)

    _opened(session).finish(session.state, session.settings, store, save, None, 0)


def _opened(session):
    return session.awake_counter or begin(session, "restart", False)
