"""SIM7020: sockets of hexadecimal digits that are pushed to the host."""

from __future__ import annotations

from binascii import unhexlify
from typing import TYPE_CHECKING

from rill.modem import numbered
from rill.modem.attaching import default_context
from rill.modem.call import Call, Refused, Reply, Table
from rill.modem.simcom import SIMCOM, Simcom
from rill.modem.sockets import Connection

if TYPE_CHECKING:
    from rill.modem.modem import Modem

SIM7020 = Table(SIMCOM)
SIM7020("*MCGDEFCONT")(default_context)
_NOT_CONNECTED = 3


@SIM7020("+CBAND")
def _cband(m: Modem, call: Call) -> list[str]:
    if call.kind == "read":
        return [f"+CBAND: {m.stored.band}"]
    call.number(0, 0, 85)
    m.stored.band = ",".join(call.args)
    return []


@SIM7020("+CENG")
def _ceng(m: Modem, call: Call) -> list[str]:
    radio = m.radio
    if call.kind != "read":
        return []
    if not radio.is_registered:
        return ["+CENG: 0"]
    rsrp = radio.rsrp_tenths // 10
    return [
        f'+CENG: 3734,0,284,"{m.cell}",{rsrp},{-6 - 2 * radio.ecl},{rsrp + 8},'
        f'{(12, 3, -5)[radio.ecl]},{m.stored.band.split(",")[0]},"{m.tac}",{radio.ecl},'
        f"{(5, 14, 23)[radio.ecl]}"
    ]


@SIM7020("+CSOC")
def _csoc(m: Modem, call: Call) -> list[str]:
    if call.kind == "read":
        return [f"+CSOC: {one},1,1,1" for one in sorted(m.net.made)]
    domain, kind, protocol = call.number(0, 1, 2), call.number(1, 1, 3), call.number(2, 1, 2)
    if (domain, kind, protocol) != (1, 1, 1):
        raise Refused(4)
    if not m.radio.is_registered:
        raise Refused(30)
    return [f"+CSOC: {numbered.make(m, range(m.model.sockets))}"]


@SIM7020("+CSOCON")
def _csocon(m: Modem, call: Call) -> Reply:
    number = _made(m, call)
    port, host = call.number(1, 1, 65535), call.text(2)
    return numbered.connect(m, number, host, port, "ERROR")


@SIM7020("+CSOSEND", "+CSODSEND")
def _csosend(m: Modem, call: Call) -> Reply:
    """The length counts digits, 0: what follows is text."""
    number = _made(m, call)
    digits = call.number(1, 0, 2 * m.model.send_bytes)
    text = call.text(2)
    if digits:
        if len(text) != digits or digits % 2:
            raise Refused()
        try:
            data = unhexlify(text)
        except ValueError:
            raise Refused() from None
    else:
        data = text.encode("latin-1")
    if call.number(3, 0, 2, default=0):
        m.radio.release_early()
    if not m.net.send(number, data):
        raise Refused(_NOT_CONNECTED)
    return Reply(after_s=0.1)


@SIM7020("+CSOSENDFLAG")
def _csosendflag(m: Modem, call: Call) -> None:
    m.settings.flags["+CSOSENDFLAG"] = call.number(0, 0, 1)


@SIM7020("+CSOCL")
def _csocl(m: Modem, call: Call) -> Reply:
    return numbered.close(m, _made(m, call))


def _made(m: Modem, call: Call) -> int:
    number = call.number(0, 0, m.model.sockets - 1)
    if number not in m.net.made:
        raise Refused(_NOT_CONNECTED)
    return number


class Sim7020(Simcom):
    table = SIM7020

    def received(self, m: Modem, connection: Connection, data: bytes) -> None:
        most = m.model.read_bytes
        for at in range(0, len(data), most):
            piece = data[at : at + most]
            m.urc(f"+CSONMI: {connection.number},{2 * len(piece)},{piece.hex().upper()}")

    def closed(self, m: Modem, connection: Connection) -> None:
        m.urc(f"+CSOERR: {connection.number},-1")

    def pdn_lost(self, m: Modem) -> None:
        m.urc("+CGEV: NW PDN DEACT 1")
