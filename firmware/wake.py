"""What each wake begins with: what the meter knows, the time and the configuration.

A wake that reports has up to three lives of the interpreter: it counts and records, hands over to
the report by a restart, and goes on behind it by another one. Neither has to share the memory.
"""

from micropython import const

from firmware.keeping import Keeping
from firmware.passing import in_passing
from firmware.timing import SlowClock, when

_UNIT_MS = const(10)  # of awake time in service/acts.py
_HALF_MS = const(5)  # so that it is rounded, not cut
_TICKS_MASK = const(0x3FFFFFFF)
_REPORT = const(7)  # of the counts there: time awake in and behind a report


class Wake:
    """open_store(segment, is_damaged) and repair(state): see keeping.py."""

    _awake = _REPORT  # the count of the time awake

    def __init__(self, *, clock, power, retained, files, vault, open_store, repair):
        self._clock = clock
        self._since_ms = (clock.ticks_ms() - _HALF_MS) & _TICKS_MASK
        self._slow_clock = SlowClock(clock)
        self._power = power
        self._retained = retained
        self._files = files
        self._keeping = Keeping(open_store, vault, repair)
        self._state = None
        self._config = None

    def _go_on(self):
        """Behind a restart of its own. From here on the wake counts as running again."""
        state = self._retained.load()
        state.running = 1
        self._know(state)

    def _know(self, state):
        self._state = state
        self._keeping.begin(state, self._commit, self._when, self._retained.count)

    def _configure(self):
        self._config = in_passing(self._configured)

    def _configured(self):
        from firmware.configuring import configured  # with a table that nobody needs later

        return configured(self._files, self._state, self._keeping)

    def _commit(self):
        # With the time awake until now, so that a wake which does not end well is counted, too.
        power = self._power
        since_ms, power.dozed_ms = self._since_ms + power.dozed_ms, 0
        passed = self._clock.elapsed_ms(since_ms) // _UNIT_MS
        self._since_ms = (since_ms + passed * _UNIT_MS) & _TICKS_MASK
        self._retained.count(self._awake, passed)
        self._retained.save(self._state)

    def _now_s(self):
        """Unix seconds, or seconds since power-on until the clock has been set."""
        self._state.time.look(*self._slow_clock.slow())
        return self._state.time.now_s()

    def _when(self):
        self._now_s()
        return when(self._state.time)
