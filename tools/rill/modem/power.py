"""On, off, asleep: the supply, the power key, the reset line and what a boot says."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rill.modem.modem import Modem

_OFF_S = 1.0
_WAKE_HEARS_S = 0.1
_RADIO_SCOPES = ("radio", "release", "psm", "tau")


class Power:
    """state: "off", "booting", "on" or "psm". The key acts once it was pressed long enough."""

    def __init__(self, modem: Modem, has_supply_pin: bool):
        self._m = modem
        self.state = "off"
        self.power_ons = self.resets = 0
        self._has_supply = not has_supply_pin
        self._presses = 0
        self._is_pressed = self._has_acted = False
        self._reset_us: int | None = None
        self._is_found = not modem.model.is_autobaud
        if self._has_supply and modem.model.key_on_ms is None:
            self._boot("POWER_ON")

    # Pins.

    def pin(self, name: str, level: int) -> None:
        {"supply": self._supply, "key": self._key, "reset": self._reset}[name](bool(level))

    def _supply(self, on: bool) -> None:
        if on == self._has_supply:
            return
        self._has_supply = on
        if not on:
            self._off()
            self._m.terminal.refused = None
        elif self._m.model.key_on_ms is None or self._is_pressed:
            self._boot("POWER_ON")

    def _key(self, pressed: bool) -> None:
        if pressed == self._is_pressed:
            return
        self._is_pressed, self._has_acted = pressed, False
        self._presses += 1
        model, press = self._m.model, self._presses
        if pressed:
            for ms in {model.key_on_ms, model.key_off_ms, model.key_wake_ms}:
                if ms is not None:
                    self._m.agenda.after(ms / 1000, partial(self._held, press, ms), "pins")

    def _held(self, press: int, ms: int) -> None:
        """The key has been down for so long, and still is, unless it was released."""
        model = self._m.model
        if press != self._presses or self._has_acted or not self._has_supply:
            return
        if self.state == "off" and ms == model.key_on_ms:
            self._has_acted = True
            self._boot("POWER_ON")
        elif self.state == "psm" and ms == model.key_wake_ms:
            self._has_acted = True
            self._wake()
        elif self.state == "on" and ms == model.key_off_ms:
            self._has_acted = True
            self.switch_off(0.0)

    def _reset(self, asserted: bool) -> None:
        limits = self._m.model.reset_ms
        now_us = self._m.agenda.now_us
        if limits is None or not self._has_supply:
            return
        if asserted:
            self._reset_us = now_us
        elif self._reset_us is not None:
            held_ms = (now_us - self._reset_us) / 1000
            self._reset_us = None
            if self.state == "off" or held_ms < limits[0]:
                return
            if held_ms > limits[1]:
                self._off()
            else:
                self.reboot("EXTERNAL_PIN")

    # From one state to another.

    def _off(self) -> None:
        m = self._m
        m.wire.cut(m.agenda.now_us)
        m.net.down()
        m.radio.restart()
        m.clock.restart()
        m.terminal.restart()
        m.agenda.forget("run", *_RADIO_SCOPES)
        m.energy.enter("off", m.agenda.now_us)
        self.state = "off"

    def switch_off(self, after_s: float) -> None:
        m = self._m
        m.terminal.refused = None
        m.radio.stop(0)
        m.agenda.after(after_s, lambda: m.urc(m.model.off_text))
        m.agenda.after(after_s + _OFF_S, self._off)

    def reboot(self, cause: str) -> None:
        """All at once, whatever it was doing."""
        self.resets += 1
        self._off()
        self._boot(cause)

    def _boot(self, cause: str) -> None:
        m = self._m
        self.power_ons += cause == "POWER_ON"
        self.state = "booting"
        m.energy.enter("idle", m.agenda.now_us)
        m.settings = m.stored.profile.copied()
        if cause != "POWER_ON" and m.faults.hit("baud_lost", m.agenda.now_us):
            m.stored.baud = m.model.lost_baud
        seconds = m.random.uniform(*m.model.boot_s)
        if m.model.family == "boudica":  # the ROM speaks at a speed of its own
            m.agenda.after(seconds / 2, self._rom_speaks)
        m.agenda.after(seconds, lambda: self._booted(cause))

    def _rom_speaks(self) -> None:
        self._m.wire.say(self._m.random.randbytes(5), self._m.agenda.now_us)

    def _booted(self, cause: str) -> None:
        m = self._m
        self.state = "on"
        self._is_found = m.stored.baud != 0
        m.wire.baud = m.stored.baud or m.model.baud
        m.terminal.restart()
        m.card.start()
        m.radio.cfun = int(m.stored.is_automatic)
        if self._is_found or m.model.family == "simcom":
            self._say([line.format(cause=cause) for line in m.model.lines])
        m.agenda.after(m.card.ready_in_s() + 0.01, self._card_ready, "radio")

    def _card_ready(self) -> None:
        m = self._m
        for line in m.dialect.card_lines(m):
            m.urc(line)
        if m.radio.cfun == 1:
            m.radio.start()

    def _say(self, lines: list[str]) -> None:
        """The lines of a boot; an empty one is a blank line."""
        if lines and not self._m.faults.holds("no_modem", self._m.agenda.now_us):
            text = "\r\n" + "\r\n".join(lines) + "\r\n"
            self._m.wire.say(text.encode(), self._m.agenda.now_us)

    # Sleep.

    def sleep(self) -> None:
        """The deepest sleep that keeps the registration."""
        m = self._m
        if self.state == "psm":
            return
        for line in m.dialect.sleep_lines(m):
            m.urc(line)
        self.state = "psm"
        m.net.drop_all()
        m.terminal.restart()
        m.agenda.forget("run")
        m.radio.sleeps()

    def _wake(self) -> None:
        m = self._m
        self.state = "waking"
        m.settings = m.stored.profile.copied()
        m.agenda.after(m.model.wake_s, self._woken)

    def _woken(self) -> None:
        m = self._m
        self.state = "on"
        self._is_found = m.stored.baud != 0
        m.wire.baud = m.stored.baud or m.model.baud
        for line in m.dialect.wake_lines(m):
            m.urc(line)
        m.radio.wake()

    # The UART.

    def hear(self, data: bytes) -> None:
        """Bytes have arrived."""
        m = self._m
        if self.state == "psm" and m.model.wakes_by_uart:
            self._wake()
        if self.state != "on" or m.faults.holds("no_modem", m.agenda.now_us):
            return
        if not self._is_found and b"A" in data.upper():
            m.wire.baud = m.wire.host_baud
        if m.wire.baud != m.wire.host_baud:
            data = m.random.randbytes(len(data))
        m.radio.rest_after_uart()
        m.terminal.hear(data)

    def autobaud_done(self) -> None:
        self._is_found = True
