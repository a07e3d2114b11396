"""Somebody is at the prompt: a wake that goes on until he leaves. It counts and records meanwhile.

What a command changes it changes in this state, so there is one Session in an interpreter:
start.py has it.
"""

from micropython import const

from board import board
from firmware.core import schedule
from firmware.core.errors import ConfigError
from firmware.drivers.battery import Battery
from firmware.hal.adc import ADC
from firmware.hal.keys import Keys
from firmware.passing import call
from firmware.wake import Wake

_AWAKE_OTHER = const(6)  # of service/acts.py
_IDLE_MS = const(600_000)
_WARNING_MS = const(540_000)
_TAKE_MS = const(10_000)
_SLEEP_MS = const(1000)
_COUNTER = const("firmware.console.counter")


class Session(Wake):
    """about: firmware and journal, for the event of a boot. parts: of a Wake.

    is_busy: a command runs, and nothing else touches the state. who: as he has said, "": not yet.
    awake_counter: of a sensor that is counted awake only, None: the coprocessor counts.
    """

    _awake = _AWAKE_OTHER

    def __init__(self, parts, about):
        super().__init__(**parts)
        self.parts = parts
        self.clock, self.power, self.retained = self._clock, self._power, self._retained
        self.keeping, self.files = self._keeping, self._files
        self.keys = Keys()
        self.battery = Battery(
            adc=ADC(board.BATTERY_PIN), divider_milli=board.BATTERY_DIVIDER_MILLI
        )
        self.is_busy = True
        self.who = ""
        self._about = about
        self.awake_counter = None
        self._used_ms = self._taken_ms = self._clock.ticks_ms()
        self._is_warned = self._is_changing = False

    @property
    def state(self):
        return self._state

    @property
    def settings(self):
        """The configuration in force, None: none can be read."""
        return self._config

    @property
    def config(self):
        """The configuration in force. ConfigError."""
        if self._config is None:
            raise ConfigError(
                "no configuration can be read: it is lost. Set it anew, for example"
                ' meter.configure(device="m-0001")'
            )
        return self._config

    def begin(self):
        """As a wake does, or behind what a wake has done before Ctrl-C ended it."""
        call("firmware.console.tending", "begin", self, self._about)
        self.is_busy = False

    def know(self, state):
        """From now on this is what the meter knows."""
        self._know(state)

    def recall(self):
        """Ctrl-C has ended a command: what it was about to change is as it is kept."""
        self._state = self._retained.load() or self._state
        self.open_anew()

    def open_anew(self):
        """Whatever is known of the journal's files is forgotten."""
        from firmware.keeping import Keeping

        self._keeping = self.keeping = Keeping(
            self.parts["open_store"], self.parts["vault"], self.parts["repair"]
        )
        self._know(self._state)

    def configure(self):
        """Look at config.json once more; another sensor is counted at once."""
        before = self._config and self._config.pulse_settings()
        self._configure()
        if before and self._config and self._config.pulse_settings() != before:
            call(_COUNTER, "begin", self, "restart", False)

    def now_s(self):
        """Unix seconds, 0: the time is not known."""
        now_s = self._now_s()
        return now_s if self._state.time.is_known() else 0

    def uptime_or_unix_s(self):
        return self._now_s()

    def take(self):
        """What was counted goes into the odometer; Counts, None: nothing counts."""
        counts = call(_COUNTER, "take", self)
        self._commit()
        return counts

    def commit(self):
        """What is known survives a reset; also what a counter holds that would not."""
        if self.awake_counter:
            self.awake_counter.take(self._state, self._config)
        self._commit()

    def change(self, act):
        """act() to its end, whoever presses Ctrl-C; it may be made of such acts."""
        is_part = self._is_changing
        self.keys.hold()
        self._is_changing = True
        try:
            return act()
        finally:
            self._is_changing = is_part
            if not is_part:
                self.keys.release()

    def tend(self):
        """What a wake does at its slot: count, and put a reading into the journal."""
        self.take()
        now = self._when()
        if now.time_s + schedule.EARLY_S >= self._state.next_slot_s and self._config:
            call("firmware.console.tending", "record", self, now)

    def use(self):
        """Somebody is there."""
        self._used_ms = self._clock.ticks_ms()
        self._is_warned = False

    def tick(self):
        """Each few seconds, while the prompt waits."""
        self._power.feed()
        self._look_for_somebody()
        if self.is_busy:
            return
        if self._clock.elapsed_ms(self._taken_ms) >= _TAKE_MS:
            self._taken_ms = self._clock.ticks_ms()
            self.is_busy = True
            try:
                self.tend()
            finally:
                self.is_busy = False

    def _look_for_somebody(self):
        """Also while a command waits for an answer: a forgotten question would empty the cell."""
        idle_ms = self._clock.elapsed_ms(self._used_ms)
        if idle_ms >= _IDLE_MS and not self._is_changing:
            print("\nNobody is here: the meter goes back to sleep.")
            self.end()
        if idle_ms >= _WARNING_MS and not self._is_warned:
            self._is_warned = True
            print("\nThe meter goes back to sleep in a minute. Any answer keeps it awake.")

    def end(self):
        """Never returns: the meter sleeps, and its next wake comes at once."""
        self.is_busy = True
        call(_COUNTER, "finish", self, self._commit)
        self._power.deep_sleep_ms(_SLEEP_MS)
