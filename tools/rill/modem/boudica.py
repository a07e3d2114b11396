"""BC95-G: sockets of hexadecimal digits."""

from __future__ import annotations

from binascii import unhexlify
from typing import TYPE_CHECKING

from rill.modem import numbered
from rill.modem.attaching import COMMON
from rill.modem.call import Call, Refused, Reply, Table
from rill.modem.common import flag, kept
from rill.modem.dialect import Dialect
from rill.modem.sockets import Connection

if TYPE_CHECKING:
    from rill.modem.modem import Modem

BOUDICA = Table(COMMON)
_RADIO_OFF, _MISSING, _STATE = 524, 512, 516
_RELEASE = (0x200, 0x400)
for _name in ("+NPSMR", "+NSONMI", "+NSMI", "+NNMI"):
    BOUDICA(_name)(flag(_name, high=3))
BOUDICA("+QREGSWT")(kept("+QREGSWT", "2"))
BOUDICA("+NEARFCN")(kept("+NEARFCN"))


@BOUDICA("+NBAND")
def _nband(m: Modem, call: Call) -> list[str]:
    if call.kind == "read":
        return [f"+NBAND:{m.stored.band}"]
    if any(not one.isdigit() for one in call.args) or m.radio.cfun == 1:
        raise Refused(_STATE if m.radio.cfun == 1 else 50)
    m.stored.band = ",".join(call.args)
    return []


@BOUDICA("+NCONFIG")
def _nconfig(m: Modem, call: Call) -> list[str]:
    values = m.stored.values
    if call.kind == "read":
        names = ("CR_0354_0338_SCRAMBLING", "CR_0859_SI_AVOID")
        automatic = "TRUE" if m.stored.is_automatic else "FALSE"
        return [f"+NCONFIG:AUTOCONNECT,{automatic}"] + [
            f"+NCONFIG:{name},{values.get(name, 'TRUE')}" for name in names
        ]
    name, value = call.text(0).upper(), call.text(1).upper()
    if name == "AUTOCONNECT" and value in ("TRUE", "FALSE"):
        m.stored.is_automatic = value == "TRUE"
    values[name] = value
    return []


@BOUDICA("+NRB")
def _nrb(m: Modem, call: Call) -> Reply:
    return Reply(["REBOOTING"], final=None, then=lambda: m.reboot("APPLICATION_AT"))


@BOUDICA("+NCCID")
def _nccid(m: Modem, call: Call) -> list[str]:
    m.card.require()
    return [f"+NCCID:{m.card.iccid}"]


@BOUDICA("+NUESTATS")
def _nuestats(m: Modem, call: Call) -> list[str]:
    radio = m.radio
    on = radio.is_registered
    rsrp = radio.rsrp_tenths if on else -32768
    rows = [
        ("Signal power", rsrp), ("Total power", rsrp + 58 if on else -32768),
        ("TX power", (30, 160, 230)[radio.ecl] if on else -32768), ("TX time", 1144),
        ("RX time", 76193), ("Cell ID", int(m.cell, 16) if on else 4294967295),
        ("ECL", radio.ecl if on else 255), ("SNR", (234, 40, -60)[radio.ecl] if on else -32768),
        ("EARFCN", 2509 if on else 4294967295), ("PCI", 226 if on else 65535),
        ("RSRQ", -108 - 20 * radio.ecl if on else -32768), ("OPERATOR MODE", 4),
        ("CURRENT BAND", m.stored.band.split(",")[0]),
    ]  # fmt: skip
    if call.kind != "set":
        return [f"{name}:{value}" for name, value in rows]
    if call.text(0).upper() != "RADIO":
        raise Refused()
    return [f"NUESTATS:RADIO,{name},{value}" for name, value in rows]


@BOUDICA("+QDNS")
def _qdns(m: Modem, call: Call) -> Reply:
    call.number(0, 0, 2)
    host = call.text(1)

    def found() -> None:
        address = m.net.find(host)
        m.urc(f"+QDNS:{address}" if address else "+QDNS:FAIL")

    wait_s = m.net.asks()
    return Reply(then=lambda: m.agenda.after(wait_s, found))


@BOUDICA("+NSOCR")
def _nsocr(m: Modem, call: Call) -> list[str]:
    kind, protocol = call.text(0).upper(), call.number(1)
    call.number(2, 0, 65535)
    if (kind, protocol) != ("STREAM", 6):
        raise Refused(50 if kind not in ("DGRAM", "STREAM") else 4)
    return [str(numbered.make(m, range(1, m.model.sockets + 1)))]


@BOUDICA("+NSOCO")
def _nsoco(m: Modem, call: Call) -> Reply:
    number = _made(m, call)
    host, port = call.text(1), call.number(2, 1, 65535)
    if any(call.quoted):
        raise Refused(50)
    failure = "+CME ERROR: 4" if m.settings.cmee else "ERROR"
    return numbered.connect(m, number, host, port, failure)


@BOUDICA("+NSOSD")
def _nsosd(m: Modem, call: Call) -> Reply:
    number = _made(m, call)
    size = call.number(1, 1, m.model.send_bytes)
    if any(call.quoted):
        raise Refused(50)
    try:
        data = unhexlify(call.text(2))
    except ValueError:
        raise Refused(50) from None
    if len(data) != size:
        raise Refused(50)
    flags = int(call.text(3, "0"), 0)
    sequence = call.number(4, 0, 255, default=0)
    if flags in _RELEASE:
        m.radio.release_early()
    if not m.net.send(number, data):
        raise Refused(4)
    after = None
    if sequence:
        wait_s = m.radio.rtt_s()

        def after() -> None:
            m.agenda.after(wait_s, lambda: m.urc(f"+NSOSTR:{number},{sequence},1"))

    return Reply([f"{number},{size}"], after_s=0.1, then=after)


@BOUDICA("+NSORF")
def _nsorf(m: Modem, call: Call) -> list[str]:
    number = _made(m, call)
    wanted = call.number(1, 1, m.model.read_bytes)
    connection = m.net.connections.get(number)
    data = m.net.take(number, wanted)
    if not connection or not data:
        return []
    left = len(connection.received)
    digits = data.hex().upper()
    return [f"{number},{connection.host},{connection.port},{len(data)},{digits},{left}"]


@BOUDICA("+NSOCL")
def _nsocl(m: Modem, call: Call) -> Reply:
    return numbered.close(m, _made(m, call))


def _made(m: Modem, call: Call) -> int:
    number = call.number(0, 0, m.model.sockets)
    if number not in m.net.made:
        raise Refused(50)
    return number


class Boudica(Dialect):
    table = BOUDICA
    noises = ("+CSCON: 1", "+CSCON: 0", "+QLWEVTIND:3", "+CTZE:+08,0")

    def card_lines(self, m: Modem) -> list[str]:
        return []

    def zone_lines(self, m: Modem) -> list[str]:
        return [f"+CTZE:{m.clock.zone:+03},0,{m.clock.text()}"]

    def sleep_lines(self, m: Modem) -> list[str]:
        return ["+NPSMR:1"] if m.settings.flags.get("+NPSMR") else []

    def received(self, m: Modem, connection: Connection, data: bytes) -> None:
        connection.received += data
        m.urc(f"+NSONMI:{connection.number},{len(data)}")

    def closed(self, m: Modem, connection: Connection) -> None:
        m.urc(f"+NSOCLI:{connection.number}")

    def pdn_lost(self, m: Modem) -> None:
        m.urc("+CGEV: NW PDN DEACT 0")
