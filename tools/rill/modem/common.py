"""Commands that all modems have: identity, settings, card, clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rill.modem.call import Call, Handler, Refused, Reply, Table

if TYPE_CHECKING:
    from rill.modem.modem import Modem

BASIC = Table()
_SPEEDS = (2400, 4800, 9600, 14400, 19200, 38400, 57600, 115200, 230400, 460800, 921600)


def flag(name: str, high: int = 1, low: int = 0, default: int = 0) -> Handler:
    """A setting that is a number: set, read, forgotten at a restart."""

    def handler(m: Modem, call: Call) -> list[str]:
        if call.kind == "read":
            return [f"{name}: {m.settings.flags.get(name, default)}"]
        if call.kind == "set":
            m.settings.flags[name] = call.number(0, low, high)
        return []

    return handler


def kept(name: str, default: str = "") -> Handler:
    """A setting that is text: set, read, kept without power."""

    def handler(m: Modem, call: Call) -> list[str]:
        if call.kind == "read":
            return [f"{name}: {m.stored.values.get(name, default)}"]
        if call.kind == "set":
            call.text(0)
            m.stored.values[name] = ",".join(call.args)
        return []

    return handler


@BASIC("E0", "E", "E1")
def _echo(m: Modem, call: Call) -> None:
    on = call.name == "E1"
    m.settings.echo = on or m.faults.hit("echo_on", m.agenda.now_us)


@BASIC("V", "V1", "Q", "Q0", "X", "L", "M", "H", "H0", "Z", "Z0", "&F", "&F0", "&C1", "X4")
def _ignored(m: Modem, call: Call) -> None:
    """Settings that change nothing here."""


@BASIC("&W", "&W0")
def _write_profile(m: Modem, call: Call) -> None:
    m.stored.profile = m.settings.copied()


@BASIC("I", "I0")
def _identity(m: Modem, call: Call) -> list[str]:
    return list(m.model.ati)


@BASIC("+CGMI", "+GMI")
def _maker(m: Modem, call: Call) -> list[str]:
    return [m.model.ati[0]]


@BASIC("+CGMM", "+GMM")
def _name(m: Modem, call: Call) -> list[str]:
    return [m.model.gmm]


@BASIC("+CGMR", "+GMR")
def _revision(m: Modem, call: Call) -> list[str]:
    return list(m.model.gmr)


@BASIC("+CGSN", "+GSN")
def _serial(m: Modem, call: Call) -> list[str]:
    if call.kind == "set":
        return [f"+CGSN: {m.imei}"] if call.number(0, 0, 3) == 1 else [m.imei]
    return [m.imei]


@BASIC("+CMEE")
def _cmee(m: Modem, call: Call) -> list[str]:
    if call.kind == "read":
        return [f"+CMEE: {m.settings.cmee}"]
    m.settings.cmee = call.number(0, 0, 2)
    return []


@BASIC("+CPIN")
def _cpin(m: Modem, call: Call) -> Reply:
    if call.kind == "set":
        m.card.enter_pin(call.text(0))
        return Reply(after_s=0.5)
    return Reply([f"+CPIN: {m.card.state()}"])


@BASIC("+CIMI")
def _cimi(m: Modem, call: Call) -> list[str]:
    m.card.require()
    return [m.card.imsi]


@BASIC("+CCLK")
def _cclk(m: Modem, call: Call) -> list[str]:
    if call.kind != "read":
        return []
    quote = '"' if m.model.is_quoted else ""
    return [f"+CCLK: {quote}{m.clock.text()}{quote}"]


@BASIC("+CTZR", "+CTZU", "+CLTS")
def _time_reports(m: Modem, call: Call) -> list[str]:
    if call.kind == "read":
        return [f"{call.name}: {m.stored.values.get(call.name, '0')}"]
    m.stored.values[call.name] = str(call.number(0, 0, 3))
    if call.name != "+CTZU":
        m.stored.tells_zone = m.stored.values[call.name] != "0"
    m.clock.was_asked()
    return []


@BASIC("+IPR", "+NATSPEED")
def _speed(m: Modem, call: Call) -> Reply:
    if call.kind == "read":
        return Reply([f"{call.name}: {m.stored.baud}"])
    speed = call.number(0, 0, 921600)
    if speed and speed not in _SPEEDS or not speed and not m.model.is_autobaud:
        raise Refused()
    m.stored.baud = speed
    return Reply(then=lambda: m.wire.becomes(speed) if speed else None)


@BASIC("+CBC")
def _cbc(m: Modem, call: Call) -> list[str]:
    return ["+CBC: 0,92,3600"]
