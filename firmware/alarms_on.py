"""Which alarms are on, for whoever asks at the prompt: docs/leaks.md."""

from firmware.alarming import limits
from firmware.core.leaks.names import signs_of
from firmware.core.leaks.whole import Whole
from firmware.storage.watch_state import WatchState


def active(state, config, retained):
    """(Change of each kind that is on, up_s of now, signs of tampering as words), for a person;
    nothing is looked at.
    """
    known, watch = WatchState(retained), Whole(limits(config))
    if known.is_new:
        return [], 0, ""
    watch.unpack(known.rules)
    return watch.active(), state.time.raw_us // 1_000_000, signs_of(known.rules)
