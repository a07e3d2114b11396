"""From a modem in any state to an address in the network, and what it tells on the way."""

from micropython import const

from firmware.core import cell, fault, radio
from firmware.core.errors import UplinkError
from firmware.core.psm import active_bits, periodic_bits

_SECOND_MS = const(300)
_SIM_TRIES = const(10)
_SIM_ABSENT, _SIM_PIN = const(10), const(11)
_LOCKED = (5, 11, 12, 16)  # to a device, by PIN, by PUK; a wrong PIN, though we try none
_IDLE_MS = const(10_000)
_POLL_MS = const(2000)
_WEAK_DBM, _BAD_DBM = const(-112), const(-122)

_QUIET = (("ATE0", "ok", 1000, 3), ("AT+CMEE=1", "ok", 1000, 1))
_RADIO_OFF = (("AT+CFUN=0", "ok", 15_000, 1),)
_RADIO_ON = (("AT+CFUN=1", "ok", 15_000, 1),)
_TELL = (("AT+CEREG=4", "ok", 1000, 1),)
_PSM = (('AT+CPSMS=1,,,"{periodic}","{active}"', "any", 5000),)
_NO_EDRX = (("AT+CEDRXS=0", "any", 5000),)
_ANY_NETWORK = (("AT+COPS=0", "any", 30_000),)


class Attach:
    """at: the engine. switch: of switching.py. asked: (T3324, T3412 extended) in seconds.

    speed: the cause of a fault.SPEED, 0: it spoke at the right one.
    """

    def __init__(self, at, switch, apn, band, asked):
        self._at = at
        self._switch = switch
        self._values = {
            "apn": apn, "band": band, "band_hex": "%x" % (1 << max(0, band - 1)),
            "active": active_bits(asked[0]), "periodic": periodic_bits(asked[1]),
        }  # fmt: skip
        self._has_band = band > 0
        self.was_speed = 0
        self.rsrp_dbm = self.snr_db = self.tx_dbm = None
        self.asked = self._values["active"], self._values["periodic"]
        self.granted = "", ""  # T3324 and T3412 extended, as bits
        self.version = ""  # of its firmware, asked for when it joins
        self.stat = 0
        self._told = None  # n of the answer to CEREG?

    def up(self, was_asleep):
        """UplinkError. was_asleep: it was left in power saving, and so still registered."""
        at = self._at
        self._wake(was_asleep)
        at.run(_QUIET, self._values)
        self._identify()
        is_there = self._is_there()
        if not is_there:
            self._check_sim()
            _, lines = at.ask("AT+CGMR")
            self.version = cell.fields(lines[0])[-1] if lines else ""
        at.run(at.family.SETUP, self._values)
        if not is_there:
            self._join()
        self._register()
        self._measure()
        if not is_there:
            at.budget.sends(radio.JOINING)  # only now its coverage level is known
        self._address()

    def unix_s(self):
        """The network's time, None: it has told none."""
        _, lines = self._at.ask("AT+CCLK?")
        for line in lines:
            if line.startswith("+CCLK"):
                return cell.unix_s(line, self._at.family.IS_UTC)
        return None

    def resolve(self, host):
        """The address of a host as text; UplinkError."""
        self._at.budget.sends()
        rest = self._at.run(self._at.family.RESOLVE, {"host": host}, fault.DNS)
        address = quad(rest)
        if not address:
            digits = "".join([one for one in rest if one.isdigit() or one == ","]).split(",")
            raise UplinkError("%s: %s" % (host, rest), fault.DNS, int(digits[-1] or 0))
        return address

    def _wake(self, was_asleep):
        at, bauds = self._at, self._at.family.BAUDS
        at.speed(bauds[0])
        if self._switch.wake(was_asleep):
            return
        for baud in bauds[1:]:
            at.speed(baud)
            if at.answers(2, _SECOND_MS):
                self._identify()  # at a speed that both have; another modem keeps it
                self.was_speed = baud
                at.run(at.family.SPEED, {"baud": bauds[0]})
                at.speed(bauds[0])
                if at.answers(3, _SECOND_MS):
                    return
        at.speed(bauds[0])
        raise UplinkError("no modem answers", fault.SILENT)

    def _is_there(self):
        """True when nothing has to be set up: the radio is on, and it is registered."""
        is_ok, lines = self._at.ask("AT+CFUN?")
        if not is_ok or not lines or cell.number(cell.fields(lines[0]), 0) != 1:
            return False
        self._at.run(_TELL, self._values)
        self._look()
        return cell.is_registered(self.stat)

    def _identify(self):
        at = self._at
        at.ask("AT+CGMM")
        if at.is_model():
            return
        try:
            at.resync()  # perhaps it was the answer of another command
        except UplinkError as error:
            if error.fault == fault.SILENT and at.exchange.lines:
                raise UplinkError("the modem says it is %s" % at.exchange.lines, fault.OTHER)
            raise error

    def _check_sim(self):
        """A SIM that is busy, or has failed, may be ready some seconds later."""
        at = self._at
        for _ in range(_SIM_TRIES):
            is_ok, lines = at.ask("AT+CPIN?", 5000)
            code = at.exchange.code
            if is_ok and lines and cell.fields(lines[0])[0] == "READY":
                return
            if code in _LOCKED or lines and ("PIN" in lines[0][6:] or "PUK" in lines[0]):
                raise UplinkError("the SIM is locked", fault.PIN, code or _SIM_PIN)
            at.doze(1000)
        raise UplinkError("SIM", fault.SIM, code or _SIM_ABSENT)

    def _join(self):
        at, family, values = self._at, self._at.family, self._values
        at.run(_RADIO_OFF, values)
        if self._has_band:
            at.run(family.BAND, values)
        at.run(family.APN, values)
        at.run(_PSM, values)
        _, lines = at.ask("AT+CEDRXS?", 5000)
        for line in lines:
            if [part for part in cell.fields(line) if len(part) == 4 and not part.strip("01")]:
                at.run(_NO_EDRX, values)  # nobody calls a meter
                break
        at.run(_RADIO_ON, values)
        at.run(_TELL, values)

    def _register(self):
        at = self._at
        at.budget.enter(radio.SEARCH)
        try:
            self._await_network()
        except UplinkError as error:
            if error.fault != fault.BUDGET:
                raise error
            raise UplinkError("no network found", fault.COVERAGE, self.stat or 0)

    def _await_network(self):
        at, clock = self._at, self._at.clock
        began_ms, has_asked, told = clock.ticks_ms(), False, None
        while True:
            self._look()
            if told not in (None, self._told):
                # What it said of that may be lost, but not that it was to tell the timers.
                raise UplinkError("CEREG forgotten: it has restarted", fault.RESTARTED)
            told = self._told
            if cell.is_registered(self.stat):
                return
            if self.stat == cell.DENIED:
                at.budget.sends(radio.JOINING)
                raise UplinkError("registration denied", fault.DENIED, self._why_denied())
            if self.stat == 0 and not has_asked and clock.elapsed_ms(began_ms) > _IDLE_MS:
                has_asked = True
                at.run(_ANY_NETWORK, self._values)
            at.doze(_POLL_MS)

    def _look(self):
        _, lines = self._at.ask("AT+CEREG?")
        for line in lines:
            if line.startswith("+CEREG"):
                self.stat, self._cause, active, periodic = cell.registration(line)
                self.granted = active, periodic
                self._told = cell.number(cell.fields(line), 0)

    def _why_denied(self):
        self._at.run((("AT+CEREG=5", "any", 1000),), {})
        self._look()
        return self._cause or 0

    def _measure(self):
        """Signal and coverage level, for the budget and for whoever reads the events."""
        at = self._at
        _, lines = at.ask(at.family.SIGNAL)
        self.rsrp_dbm, ecl, self.snr_db, self.tx_dbm = at.family.signal(lines)
        if ecl is None and self.rsrp_dbm is not None:
            ecl = (self.rsrp_dbm < _WEAK_DBM) + (self.rsrp_dbm < _BAD_DBM)
        if ecl in (0, 1, 2):
            at.budget.ecl = ecl

    def _address(self):
        at = self._at
        if self._has_address():
            return
        at.budget.sends()
        try:
            at.run(at.family.PDP_UP, self._values, fault.CONTEXT)
            if not self._has_address():
                at.doze(_POLL_MS)
                if not self._has_address():
                    code = at.exchange.code or 0
                    raise UplinkError("no address from the network", fault.CONTEXT, code)
        except UplinkError as error:
            if error.fault == fault.CONTEXT and not error.cause:
                _, lines = at.ask("AT+CEER")
                error.cause = (lines and cell.number(cell.fields(lines[0]), -1)) or 0
            raise error

    def _has_address(self):
        _, lines = self._at.ask(self._at.family.ADDRESS)
        for line in lines:
            address = quad(line)
            if address and address != "0.0.0.0":
                return True
        return False


def quad(text):
    """The first IPv4 address in a text, "": there is none."""
    for part in text.replace('"', ",").replace(":", ",").split(","):
        numbers = part.strip().split(".")
        if len(numbers) == 4 and all([number.isdigit() for number in numbers]):
            return part.strip()
    return ""
