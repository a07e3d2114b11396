"""A water purifier with this meter in its product line: when it produces, flushes, stands by.

Its TDS probes are read two minutes into a production: the first water after standing is bad,
since ions pass the membrane while it stands, and says nothing of the membrane. All that follows
from that is filtering.py, which is in memory only when the probes are read.
"""

from micropython import const

_PRODUCTION_MS = const(120_000)
_PAUSE_MS = const(3_000)  # a shorter one does not end a production


class Purifier:
    """valve: an Input, on while it flushes.

    produced_ms, flushed_ms, standby_ms, flushes: since filtering.py has taken them.
    last: columns of the last production, packed.
    """

    def __init__(self, valve):
        self._valve = valve
        self._pulses = None
        self._is_flushing = False
        self.produced_ms = self.flushed_ms = self.standby_ms = self.flushes = 0
        self._running_ms = self._still_ms = 0  # of this production
        self._is_looked = False
        self.last = b""

    def watch(self, state, ms):
        """Once a second: what went on for so many ms. True: the probes are to be read now."""
        is_flowing = self._pulses is not None and state.pulses != self._pulses
        self._pulses = state.pulses
        was_flushing, self._is_flushing = self._is_flushing, self._valve.is_on()
        if was_flushing:
            self.flushed_ms += ms
        elif self._is_flushing:
            self.flushes += 1
        if is_flowing:
            self.produced_ms += ms
            self._running_ms += ms
            self._still_ms = 0
        else:
            self.standby_ms += 0 if was_flushing else ms
            self._still_ms += ms
            if self._still_ms > _PAUSE_MS:
                self._running_ms, self._is_looked = 0, False
        is_due = self.is_producing() and not self._is_looked and not state.column_bytes
        self._is_looked |= is_due
        return is_due

    def is_producing(self):
        """True when its water is that of the membrane."""
        return self._running_ms >= _PRODUCTION_MS
