"""A report over a modem: joined, sent, mended rung by rung when something fails, left asleep.

Imported only in a wake that reports. What joins the network and what sends are in memory one
after the other (passing.py).
"""

import errno
import os

from micropython import const

from firmware.core import event, fault, ladder, psm, radio
from firmware.core.backoff import delay_s
from firmware.core.errors import UplinkError
from firmware.drivers.modem.at import Engine
from firmware.hal.line import Line
from firmware.hal.serial import Serial
from firmware.modems import family
from firmware.passing import in_passing
from firmware.storage.modem_state import ModemState

_UART = const(1)  # the RS-485 instrument has the other one
_DAY_S = const(86_400)
_WEEK_S = const(604_800)
_PORTS = const(16384)  # local ones, from 49152 on
_NOT_GRANTED = const(-1)


class Modem:
    """One report. note(code, before, after, text) stores an event. now_s: Unix time, or since
    power-on. failures: in a row, this one included. is_urgent: an alarm, or somebody pressed the
    button: it has an allowance of its own.
    """

    def __init__(self, config, clock, power, retained, note, now_s, failures, is_urgent):
        self._config = config
        self._clock = clock
        self._note = note
        self._now_s = now_s
        self._failures = failures
        self._is_urgent = is_urgent
        self._known = known = ModemState(retained)
        if known.day != now_s // _DAY_S:
            known.day = now_s // _DAY_S
            known.spent_mj = known.alarm_mj = 0
        left_mj = max(0, radio.DAY_MJ - known.spent_mj)
        if is_urgent:
            left_mj += max(0, radio.ALARM_MJ - known.alarm_mj)
        self._budget = radio.Budget(clock, left_mj, known.ecl)
        self._lines = None
        self._at = Engine(self._serial, clock, family(config), self._budget, power.feed)
        self._tried = []
        self._dialled = None
        self._has_failed_to_dial = self._is_cut = False
        self._time_s = None
        self.is_careful = False  # after a failure each answer is awaited

    def report(self, publish):
        """publish(link) once, or again as long as a rung of the ladder is left. UplinkError."""
        known = self._known
        try:
            while True:
                try:
                    in_passing(self._join)
                    self._budget.enter(radio.CONNECTED)
                    in_passing(lambda: self._send(publish))
                    known.fault = known.cause = known.rung = 0
                    return
                except UplinkError as error:
                    self._climb(error)
        finally:
            in_passing(self._end)

    def _send(self, publish):
        try:
            publish(self._link())
        finally:
            if not self._hang_up():
                self._is_cut = True
                self._switch().cut()

    def _link(self):
        """What the report goes over: PPP as long as it comes up, else sockets in the modem."""
        if self._config.link != "ppp" or self._has_failed_to_dial:
            return self
        from firmware.dialling import Dialled

        self._has_failed_to_dial = True  # until it is up
        self._dialled = Dialled(self, self._at)
        self._has_failed_to_dial = False
        return self._dialled

    # What report.py asks of a link.

    def up(self, timeout_ms):
        """It is; joining took longer than any timeout of a caller."""

    def down(self):
        """Comes at the end, when no other rung is tried."""

    def network_time_s(self):
        if self._time_s is None:
            raise OSError(errno.EIO, "the network told no time")
        return self._time_s + self._clock.elapsed_ms(self._time_ms) // 1000

    def connect(self, host, port, timeout_ms):
        from firmware.drivers.modem.stream import ModemStream

        host = self.address_of(host)
        random = int.from_bytes(os.urandom(2), "little")
        return ModemStream(self._at, host, port, 49152 + random % _PORTS)

    def address_of(self, host):
        """As the network has told it, or the name, which the modem looks up itself."""
        address = self._known.address
        if not self._at.family.RESOLVE or not address:
            return host
        return ".".join([str(address >> shift & 255) for shift in (24, 16, 8, 0)])

    # One after the other.

    def _join(self):
        from firmware.drivers.modem.attach import Attach, quad

        config, known = self._config, self._known
        asked = psm.asked_s(config.report_s)
        attach = Attach(self._at, self._switch(), config.apn, config.band, asked)
        rung = self._tried[-1] if self._tried else 0
        try:
            if rung:
                self._prepare(rung)
            attach.up(known.is_asleep and not rung)
        finally:
            if attach.was_speed:
                self._told(fault.SPEED, attach.was_speed, 0)
            if attach.rsrp_dbm is not None:
                known.rsrp_dbm = attach.rsrp_dbm
            known.ecl = self._budget.ecl
        self._granted(attach.granted)
        self._time_s, self._time_ms = attach.unix_s(), self._clock.ticks_ms()
        if self._at.family.RESOLVE:
            if quad(config.broker_host):
                known.address = _packed(config.broker_host)
            elif not known.address or not 0 <= self._now_s - known.asked_s < _WEEK_S:
                known.address, known.asked_s = (
                    _packed(attach.resolve(config.broker_host)),
                    self._now_s,
                )

    def _prepare(self, rung):
        """What the rung does before everything is looked at once more."""
        at, switch = self._at, self._switch()
        if rung == ladder.ADDRESS:
            self._known.address = 0
        elif rung == ladder.PDP:
            at.forget_restart()
            at.run(at.family.PDP_DOWN, {})
        elif rung == ladder.ATTACH:
            at.forget_restart()
            at.run((("AT+CFUN=0", "ok", 15_000),), {})
            at.pause(3000)
        elif rung == ladder.RESET:
            at.forget_restart()
            at.run(at.family.RESET, {})
            at.pause(at.family.BOOT_MS)
            at.forget_restart()
        elif rung == ladder.KEY:
            switch.reset()
        elif rung == ladder.SUPPLY:
            self._known.cycled_day = self._known.day
            switch.cycle()

    def _hang_up(self):
        """True when the modem takes AT commands."""
        dialled, self._dialled = self._dialled, None
        if dialled is None:
            return not self._has_failed_to_dial or self._is_cut
        try:
            dialled.end()
        except OSError as error:
            print(error)
            return False
        return True

    def _climb(self, error):
        """The rung that is next, or the error with when to try again."""
        known, config = self._known, self._config
        found = error.fault or fault.CLOSED
        most = ladder.SUPPLY
        if config.modem_supply_pin < 0 or known.cycled_day == known.day and known.day:
            most = ladder.KEY
        rung = ladder.next_rung(found, self._tried, most)
        if rung and self._budget.left_ms() <= 0:
            rung = None
        self._told(found, error.cause, rung or 0)
        known.fault, known.cause, known.rung = found, error.cause, rung or 0
        self.is_careful = True
        if rung is None:
            random = int.from_bytes(os.urandom(2), "little")
            error.retry_s = delay_s(self._failures, found, error.cause, random)
            raise error
        print("%s; rung %d" % (error, rung))
        self._tried.append(rung)

    def _told(self, found, cause, rung):
        known = self._known
        signal = "%d dBm" % known.rsrp_dbm if known.rsrp_dbm else "no signal"
        self._note(event.LINK, found, cause, "rung %d, %s, ECL%d" % (rung, signal, known.ecl))

    def _granted(self, bits):
        known = self._known
        before = known.active_s, known.periodic_s
        known.active_s, known.periodic_s = [_NOT_GRANTED] * 2
        try:
            active_s = psm.active_s(bits[0]) if bits[0] else None
            periodic_s = psm.periodic_s(bits[1]) if bits[1] else None
        except ValueError:
            return
        if active_s is not None:
            known.active_s = active_s
            known.periodic_s = _NOT_GRANTED if periodic_s is None else periodic_s
        if (known.active_s, known.periodic_s) != before:
            self._note(event.POWER_SAVING, known.active_s, known.periodic_s)

    def _end(self):
        """Leave it in power saving, or off; and account for what was spent."""
        known, config = self._known, self._config
        self._budget.end()
        periodic_s = None if known.periodic_s < 0 else known.periodic_s
        active_s = None if known.active_s < 0 else known.active_s
        is_kept = psm.is_worth(active_s, periodic_s, config.report_s)
        is_kept = is_kept and not known.fault and not self._is_cut
        switch = self._switch()
        if not is_kept:
            self._switch_off(switch)
        known.is_asleep = 1 if is_kept else 0
        for line, is_on in ((config.modem_supply_pin, is_kept), (config.modem_tx_pin, True)):
            if line >= 0:
                Line(line, is_on=is_on).hold()  # or the modem would see a break, or lose its power
        spent_mj = self._budget.spent_mj()
        if known.spent_mj + spent_mj > radio.DAY_MJ and self._is_urgent:
            known.alarm_mj += known.spent_mj + spent_mj - radio.DAY_MJ
            spent_mj = radio.DAY_MJ - known.spent_mj
        known.spent_mj += spent_mj
        known.keep()

    def _switch_off(self, switch):
        at = self._at
        try:
            at.forget_restart()
            at.run((("AT+CFUN=0", "any", 10_000),) + at.family.OFF, {})
        except UplinkError as error:
            print("modem not switched off: %s" % error)
        switch.off()

    # The pins.

    def _switch(self):
        from firmware.drivers.modem.switching import Switch

        config = self._config
        if self._lines is None:
            supply = config.modem_supply_pin
            lines = [Line(supply, is_on=bool(self._known.is_asleep)) if supply >= 0 else None]
            for pin in (config.modem_key_pin, config.modem_reset_pin):
                lines.append(Line(pin) if pin >= 0 else None)
            Line(config.modem_tx_pin, is_on=True)  # it was held
            self._lines = lines
        return Switch(self._at, *self._lines)

    def _serial(self, baudrate):
        return Serial(_UART, baudrate, self._config.modem_tx_pin, self._config.modem_rx_pin)


def _packed(address):
    number = 0
    for part in address.split("."):
        number = number << 8 | int(part)
    return number
