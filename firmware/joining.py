"""Joins the network, after whatever the ladder asks for. In memory only meanwhile."""

from micropython import const

from firmware.core import event, fault, ladder, psm, radio
from firmware.core.errors import UplinkError
from firmware.drivers.modem.attach import Attach, quad
from firmware.modems import family, switch
from firmware.storage.modem_state import ModemState

_DAY_S = const(86_400)
_CLOCK_DAYS = const(10_000)  # days before are of a meter that knows no time: since power-on
_WEEK_S = const(604_800)
_NOT_GRANTED = const(-1)
_SLEEPLESS = const(2)
_ALARM_TRIES = const(30)
_NOT_TOLD_DB = const(-128)
_DETACHED_MS = const(3000)
_READ = (psm.active_s, psm.periodic_s)
# What of a family is still needed when the network is joined.
_NEEDED = (
    "NAMES", "BOOTS", "BOOT_MS", "CAUSES", "SEND_BYTES", "READ_BYTES", "READ_FIELD", "CREATE",
    "OPEN", "WHY", "SEND", "SEND_LAST", "LET_GO", "READ", "ARRIVED", "PUSHED", "CLOSED", "CLOSE",
    "SLEEP", "OFF", "KEY_MS", "RESET_MS",
)  # fmt: skip


class _Needed:
    pass


def join(modem):
    """Until the modem has an address and the time. UplinkError."""
    known, config = ModemState(modem.retained), modem.config
    if not modem.tried:
        _allow(modem, known)
        # An alarm goes out as long as there is anything.
        is_enough = modem.is_urgent or modem.budget.is_enough(not known.is_asleep)
        if not is_enough or modem.budget.left_ms() <= 0:
            raise UplinkError("the day's energy is spent", fault.BUDGET)
    at, data = modem.engine(), family(config)
    at.use(data)
    asked = psm.asked_s(config.report_s)
    pins = switch(modem)
    attach = Attach(at, pins, config.apn, config.band, asked)
    rung = modem.tried[-1] if modem.tried else 0
    try:
        if rung:
            _prepare(modem, known, rung)
        attach.up(known.is_asleep and not rung)
        _note_grant(modem, known, attach)
        modem.time_s, modem.time_ms = attach.unix_s(), modem.clock.ticks_ms()
        _resolve(modem, known, attach)
    finally:
        if attach.was_speed:
            modem.note(event.LINK, fault.SPEED, attach.was_speed)
        if attach.rsrp_dbm:
            known.rsrp_dbm = attach.rsrp_dbm
            known.snr_db, known.tx_dbm = _stored(attach.snr_db), _stored(attach.tx_dbm)
        known.ecl = modem.budget.ecl
        _judge_sleep(modem, known, pins.is_sleepless)
        known.is_asleep = 0
        known.keep()
    if modem.uses_ppp():
        at.run(data.DIAL, {}, fault.PPP)
        modem.uart, modem.at = at.uart(), None
        return
    needed = _Needed()
    for name in _NEEDED:
        setattr(needed, name, getattr(data, name))
    at.use(needed)


def _judge_sleep(modem, known, is_sleepless):
    """Once, when it has been awake twice: it may wake by itself for its network now and then."""
    if known.is_asleep:
        known.sleepless = min(known.sleepless + 1, 255) if is_sleepless else 0
        if is_sleepless and known.sleepless == _SLEEPLESS:
            from firmware.core.power_event import CONSUMER

            modem.note(CONSUMER, known.sleepless, _SLEEPLESS - 1, "modem does not sleep")


def _stored(db):
    """As modem_state.py keeps it: what can't be is not told."""
    return db if db is not None and -_NOT_TOLD_DB > db > _NOT_TOLD_DB else _NOT_TOLD_DB


def _allow(modem, known):
    """What is left of the day's energy, and of that for alarms."""
    day = modem.now_s // _DAY_S
    is_first = known.day != day
    if is_first:
        if day < _CLOCK_DAYS or known.day >= _CLOCK_DAYS:  # else the clock was set on that day
            known.last_day_mj = known.spent_mj + known.alarm_mj  # the day's status follows
            known.spent_mj = 0
        known.day, known.alarm_mj = day, 0
        known.keep()
    left_mj = max(0, radio.DAY_MJ - known.spent_mj)
    # A network that stays away for days gets no more of the cell for an alarm than for readings.
    if modem.is_asked or modem.is_urgent and modem.failures <= _ALARM_TRIES:
        is_much = known.last_day_mj > radio.MUCH_MJ
        of_alarms_mj = radio.NEXT_ALARM_MJ if is_much else radio.ALARM_MJ
        left_mj += max(0, of_alarms_mj - known.alarm_mj)
    # It was there before, and nobody stands beside the meter and moves its antenna.
    is_again = modem.is_urgent and not modem.is_asked and not is_first and known.rsrp_dbm
    is_again = bool(is_again and known.fault == fault.COVERAGE)
    modem.budget.allow(left_mj, known.ecl, is_again)


def _prepare(modem, known, rung):
    """What the rung does before everything is looked at once more."""
    at = modem.at
    at.forget_restart()
    if rung == ladder.ADDRESS:
        known.address = 0
    elif rung == ladder.PDP:
        at.run(at.family.PDP_DOWN, {})
    elif rung == ladder.ATTACH:
        at.run((("AT+CFUN=0", "ok", 15_000),), {})
        at.doze(_DETACHED_MS)
    elif rung == ladder.RESET:
        at.run(at.family.RESET, {})
        at.expect_start()
        at.doze(at.family.BOOT_MS)
    elif rung == ladder.KEY:
        switch(modem).reset()
    elif rung == ladder.SUPPLY:
        known.cycled_day = known.day + 1
        switch(modem).cycle()


def _note_grant(modem, known, attach):
    bits = attach.granted
    before = known.active_s, known.periodic_s
    known.active_s = known.periodic_s = _NOT_GRANTED
    try:
        active_s = psm.active_s(bits[0]) if bits[0] else None
        periodic_s = psm.periodic_s(bits[1]) if bits[1] else None
    except ValueError as error:
        print("power saving: %s" % error)
        active_s = None
    if active_s is not None:
        known.active_s = active_s
        known.periodic_s = _NOT_GRANTED if periodic_s is None else periodic_s
    if (known.active_s, known.periodic_s) != before:
        text = "as asked"
        if bits != attach.asked:
            text = "asked %d, %d" % tuple([one(bits) for one, bits in zip(_READ, attach.asked)])
        text = "%s; %s" % (text, attach.version) if attach.version else text
        modem.note(event.POWER_SAVING, known.active_s, known.periodic_s, text)


def _resolve(modem, known, attach):
    """The broker's address: as it is configured, as it was told in the last week, or anew."""
    host = modem.config.broker_host
    modem.address = host if quad(host) else ""
    if modem.address or not modem.at.family.RESOLVE:
        return
    now_s = modem.time_s or modem.now_s  # the network's, or a first clock would make it anew
    if not known.address or not 0 <= now_s - known.asked_s < _WEEK_S:
        known.address, known.asked_s = _packed(attach.resolve(host)), now_s
    modem.address = ".".join([str(known.address >> shift & 255) for shift in (24, 16, 8, 0)])


def _packed(address):
    number = 0
    for part in address.split("."):
        number = number << 8 | int(part) & 255
    return number
