"""What each wake begins with: what the meter knows, the time and the configuration.

A wake that reports has up to three lives of the interpreter: it counts and records, hands over to
the report by a restart, and goes on behind it by another one. Neither has to share the memory.
"""

from firmware.keeping import Keeping
from firmware.passing import in_passing
from firmware.timing import SlowClock, when


class Wake:
    """open_store(segment, is_damaged) and repair(state): see keeping.py."""

    def __init__(self, *, clock, power, retained, files, vault, open_store, repair):
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
        self._keeping.begin(state, self._commit, self._when)

    def _configure(self):
        self._config = in_passing(self._configured)

    def _configured(self):
        from firmware.configuring import configured  # with a table that nobody needs later

        return configured(self._files, self._state, self._keeping)

    def _commit(self):
        self._retained.save(self._state)

    def _now_s(self):
        """Unix seconds, or seconds since power-on until the clock has been set."""
        self._state.time.look(*self._slow_clock.slow())
        return self._state.time.now_s()

    def _when(self):
        self._now_s()
        return when(self._state.time)
