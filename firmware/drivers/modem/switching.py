"""Power, key and reset of a modem: pins first, since they tell whether it can be awake."""

from micropython import const

_DISCHARGED_MS = const(10_000)  # the capacitor at its supply
_LEARNT_MS = const(300)
_BOOT_STEP_MS = const(500)


class Switch:
    """supply, key, reset: lines, None: not connected.

    is_sleepless: it was left in power saving, which only its key ends, and answered without.
    """

    def __init__(self, at, supply, key, reset):
        self.is_sleepless = False
        self._at = at
        self._supply = supply
        self._key = key
        self._reset = reset

    def is_powered(self):
        return self._supply is None or self._supply.is_on()

    def wake(self, may_sleep):
        """True when it answers at its speed, from wherever it was.

        may_sleep: it was left in power saving.
        """
        at, family = self._at, self._at.family
        if not self.is_powered():
            self._supply.on()
            at.expect_start()
            if not family.KEY_MS:
                at.doze(family.BOOT_MS)
                at.expect_start()
        elif at.answers(2 if not may_sleep or not family.WAKES_BY_KEY else 1, _LEARNT_MS):
            self.is_sleepless = may_sleep and family.WAKES_BY_KEY
            return True
        # The key is a toggle: who presses it while the modem is awake switches it off.
        if self.press(self._key, family.KEY_MS):
            return self._answers_in(family.BOOT_MS)
        return self._answers_in(_BOOT_STEP_MS * 4)

    def press(self, line, ms):
        if line is None or not ms:
            return False
        line.on()
        try:
            self._at.doze(ms)
        finally:
            line.off()  # whatever ends the report: a key held down is one more fault
        self._at.expect_start()
        return True

    def reset(self):
        """By its pin, else off and on by its key; the next wake() finds out what came of it."""
        family = self._at.family
        if self.press(self._reset, family.RESET_MS):
            self._answers_in(family.BOOT_MS)
        elif self.press(self._key, 2 * family.KEY_MS):
            self._at.doze(family.BOOT_MS)
            self._at.expect_start()

    def cycle(self):
        """Ten seconds without power; the next wake() gives it back."""
        self.off()
        self._at.doze(_DISCHARGED_MS)

    def cut(self):
        """End whatever it is doing, since it takes no command."""
        if self._supply is not None:
            self.cycle()
        else:
            self.reset()

    def off(self):
        if self._supply is not None:
            self._supply.off()

    def _answers_in(self, wait_ms):
        clock = self._at.clock
        began_ms = clock.ticks_ms()
        while clock.elapsed_ms(began_ms) < wait_ms:
            if self._at.answers(1, _LEARNT_MS):
                return True
            self._at.doze(_BOOT_STEP_MS - _LEARNT_MS)
            if self._at.exchange.result == "ok":
                return True  # it was slow, and the CPU has not slept
        return False
