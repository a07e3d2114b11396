"""Commands of registration, data connection, signal and power saving: 27.007."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rill.modem import timers
from rill.modem.call import Call, Refused, Reply, Table
from rill.modem.common import BASIC

if TYPE_CHECKING:
    from rill.modem.modem import Modem

COMMON = Table(BASIC)
_RADIO_OFF = 524
_SCAN_S = 120
_NOT_SUBSCRIBED = 33


@COMMON("+CFUN")
def _cfun(m: Modem, call: Call) -> Reply:
    if call.kind == "read":
        return Reply([f"+CFUN: {m.radio.cfun}"])
    call.most(2)
    level = call.number(0, 0, 4)
    if level not in (0, 1, 4):
        raise Refused()
    if call.number(1, 0, 1, default=0):
        return Reply(then=lambda: m.reboot("APPLICATION_AT"))
    if level == 1:
        m.radio.start()
        return Reply(after_s=m.random.uniform(0.3, 2.0))
    was_on = m.radio.cfun == 1
    m.radio.stop(level)
    if was_on and m.model.family != "boudica":
        m.agenda.after(0.2, lambda: m.urc("+CPIN: NOT READY"))
    return Reply(after_s=m.random.uniform(0.5, 2.5) if was_on else 0.1)


@COMMON("+CEREG")
def _cereg(m: Modem, call: Call) -> list[str]:
    if call.kind == "read":
        return [m.radio.cereg(is_answer=True)]
    if call.kind == "test":
        return ["+CEREG: (0-5)"]
    call.most(1)
    m.settings.cereg = call.number(0, 0, 5)
    return []


@COMMON("+CREG", "+CGREG")
def _creg(m: Modem, call: Call) -> list[str]:
    """Of networks that it does not know: never registered."""
    return [f"{call.name}: 0,0"] if call.kind == "read" else []


@COMMON("+CGATT")
def _cgatt(m: Modem, call: Call) -> Reply:
    if call.kind == "read":
        return Reply([f"+CGATT: {int(m.radio.is_registered)}"])
    wanted = call.number(0, 0, 1)
    if m.radio.cfun != 1:
        raise Refused(_RADIO_OFF if m.model.family == "boudica" else 3)
    if wanted:
        m.radio.start()
    else:
        m.radio.lose(0)
    return Reply(after_s=0.2)


@COMMON("+COPS")
def _cops(m: Modem, call: Call) -> Reply:
    if call.kind == "read":
        here = ',2,"00101",9' if m.radio.is_registered else ""
        return Reply([f"+COPS: 0{here}"])
    if call.kind == "test":
        m.terminal.is_deaf = True
        found = '+COPS: (2,"Test","Test","00101",9),,(0-4),(0-2)'

        def hears() -> None:
            m.terminal.is_deaf = False

        return Reply([found], after_s=m.random.uniform(0.5, 1.0) * _SCAN_S, then=hears)
    mode = call.number(0, 0, 4)
    if mode == 2:
        m.radio.lose(0)
    elif mode in (0, 1, 4) and m.radio.cfun == 1:
        m.radio.start()
    return Reply(after_s=0.3)


@COMMON("+CGDCONT")
def _cgdcont(m: Modem, call: Call) -> list[str]:
    if call.kind == "read":
        return [f'+CGDCONT: {m.first_cid},"IP","{m.stored.apn}",,0,0']
    call.number(0, 0, 15)
    if call.text(1, "IP") not in ("IP", "IPV6", "IPV4V6", "NONIP", "Non-IP"):
        raise Refused()
    if len(call.args) > 2:
        m.stored.apn = call.text(2, "")
    return []


def default_context(m: Modem, call: Call) -> list[str]:
    """*MCGDEFCONT of modems with an MT2625."""
    if call.kind == "read":
        return [f'*MCGDEFCONT: "IP","{m.stored.apn}"']
    call.text(0)
    m.stored.apn = call.text(1, "")
    return []


@COMMON("+CGPADDR")
def _cgpaddr(m: Modem, call: Call) -> list[str]:
    cid = call.number(0, 0, 15) if call.kind == "set" else m.first_cid
    if not m.net.is_attached:
        return [f"+CGPADDR: {cid}"]
    address = m.net.address()
    return [f"+CGPADDR: {cid}," + (f'"{address}"' if m.model.has_rac else address)]


@COMMON("+CGACT")
def _cgact(m: Modem, call: Call) -> Reply:
    if call.kind == "read":
        return Reply([f"+CGACT: {m.first_cid},{int(m.net.is_attached)}"])
    if not call.number(0, 0, 1):
        m.net.deactivate()
        m.net.is_attached = False
        return Reply(after_s=0.5)
    if not m.net.activate():
        raise Refused(148 if m.radio.is_registered else 30)
    return Reply(after_s=m.radio.rtt_s())


@COMMON("+CSQ")
def _csq(m: Modem, call: Call) -> list[str]:
    unknown = not m.radio.is_registered or m.faults.hit("csq_unknown", m.agenda.now_us)
    rssi = m.radio.rsrp_tenths // 10 + 8
    return ["+CSQ: 99,99" if unknown else f"+CSQ: {min(31, max(0, (rssi + 113) // 2))},99"]


@COMMON("+CESQ")
def _cesq(m: Modem, call: Call) -> list[str]:
    if not m.radio.is_registered:
        return ["+CESQ: 99,99,255,255,255,255"]
    rsrp = m.radio.rsrp_tenths // 10 + 141
    return [f"+CESQ: 99,99,255,255,{18 - 4 * m.radio.ecl},{rsrp}"]


@COMMON("+CPSMS")
def _cpsms(m: Modem, call: Call) -> Reply:
    wanted = m.stored.psm
    if call.kind == "read":
        return Reply([f'+CPSMS: 1,,,"{wanted[0]}","{wanted[1]}"' if wanted else "+CPSMS: 0"])
    call.most(5)
    mode = call.number(0, 0, 2)
    tau, active = call.text(3, timers.OFF), call.text(4, "00000001")
    if not timers.is_timer(tau) or not timers.is_timer(active):
        raise Refused()
    m.stored.psm = (tau, active) if mode == 1 else None
    changed = m.stored.psm != wanted
    return Reply(then=m.radio.ask_for_psm if changed else None)


@COMMON("+CEDRXS")
def _cedrxs(m: Modem, call: Call) -> list[str]:
    if call.kind == "read":
        return [f'+CEDRXS: 5,"{m.stored.edrx}"'] if m.stored.edrx else []
    m.stored.edrx = call.text(2, "0101") if call.number(0, 0, 3) in (1, 2) else ""
    return []


@COMMON("+CEDRXRDP")
def _cedrxrdp(m: Modem, call: Call) -> list[str]:
    bits = m.stored.edrx
    return [f'+CEDRXRDP: 5,"{bits}","{bits}","0011"' if bits else "+CEDRXRDP: 0"]


@COMMON("+CSCON")
def _cscon(m: Modem, call: Call) -> list[str]:
    if call.kind == "read":
        return [f"+CSCON: {m.settings.cscon},{int(m.radio.is_connected)}"]
    m.settings.cscon = call.number(0, 0, 1)
    return []


@COMMON("+CNMPSD")
def _cnmpsd(m: Modem, call: Call) -> None:
    m.radio.release_early(now=True)


@COMMON("+CEER")
def _ceer(m: Modem, call: Call) -> list[str]:
    if m.faults.holds("pdp_refused", m.agenda.now_us):
        return [f"+CEER: {_NOT_SUBSCRIBED}"]
    return [f"+CEER: {m.radio.cause[1] if m.radio.cause else 0}"]
