"""SIM7080: sockets of an application's data connection, with a prompt and counted reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rill.modem.call import Call, Refused, Reply, Table
from rill.modem.common import kept
from rill.modem.simcom import SIMCOM, Simcom
from rill.modem.sockets import Connection

if TYPE_CHECKING:
    from rill.modem.modem import Modem

SIM7080 = Table(SIMCOM)
_RESULTS = {"ok": 0, "busy": 4, "name": 20, "network": 21, "refused": 27}
_CONTEXTS = 4
for _name, _usual in (("+CNMP", "38"), ("+CMNB", "2")):
    SIM7080(_name)(kept(_name, _usual))


@SIM7080("+CNCFG")
def _cncfg(m: Modem, call: Call) -> list[str]:
    if call.kind == "read":
        return [f'+CNCFG: 0,1,"{m.stored.apn}","","",0']
    call.number(0, 0, _CONTEXTS - 1)
    call.number(1, 0, 4)
    m.stored.apn = call.text(2, "")
    return []


@SIM7080("+CNACT")
def _cnact(m: Modem, call: Call) -> Reply:
    if call.kind == "read":
        lines = [f'+CNACT: 0,{int(m.net.is_active)},"{_shown(m)}"']
        return Reply(lines + [f'+CNACT: {n},0,"0.0.0.0"' for n in range(1, _CONTEXTS)])
    context, action = call.number(0, 0, _CONTEXTS - 1), call.number(1, 0, 2)
    if action and m.net.is_active:
        raise Refused(3)
    if not action and not m.net.is_active:
        raise Refused(100)

    def changed() -> None:
        if action:
            active = m.net.activate()
        else:
            m.net.deactivate()
            active = False
        m.urc(f"+APP PDP: {context},{'ACTIVE' if active else 'DEACTIVE'}")

    wait_s = m.radio.rtt_s()
    return Reply(then=lambda: m.agenda.after(wait_s, changed))


def _shown(m: Modem) -> str:
    return m.net.address() if m.net.is_active else "0.0.0.0"


@SIM7080("+CAOPEN")
def _caopen(m: Modem, call: Call) -> Reply:
    number = call.number(0, 0, m.model.sockets - 1)
    call.number(1, 0, _CONTEXTS - 1)
    if call.text(2) != "TCP":
        raise Refused()
    host, port = call.text(3), call.number(4, 1, 65535)
    call.number(5, 0, 1, default=0)
    if not m.net.is_active:
        raise Refused(3)
    result = m.net.open(number, host, port)
    if result == "busy":
        raise Refused(3)
    wait_s = m.radio.rtt_s() * (1.5 if result == "ok" else 3)
    return Reply([f"+CAOPEN: {number},{_RESULTS[result]}"], after_s=wait_s)


@SIM7080("+CASEND")
def _casend(m: Modem, call: Call) -> Reply:
    number = _open(m, call)
    size = call.number(1, 1, m.model.send_bytes)

    def send(data: bytes) -> Reply:
        if not m.net.send(number, data):
            raise Refused(3)
        return Reply(after_s=0.05)

    return Reply(prompt=(size, send))


@SIM7080("+CARECV")
def _carecv(m: Modem, call: Call) -> Reply:
    number = _open(m, call)
    data = m.net.take(number, call.number(1, 1, m.model.read_bytes))
    if not data:
        return Reply(["+CARECV: 0"])
    return Reply([f"+CARECV: {len(data)},".encode() + data])


@SIM7080("+CAACK")
def _caack(m: Modem, call: Call) -> list[str]:
    one = m.net.connections[_open(m, call)]
    unacked = 0 if m.agenda.now_us > m.radio.is_busy_until_us else min(one.sent, 1)
    return [f"+CAACK: {one.sent},{unacked}"]


@SIM7080("+CASTATE")
def _castate(m: Modem, call: Call) -> list[str]:
    opened = [n for n, one in sorted(m.net.connections.items()) if not one.is_closed]
    return [f"+CASTATE: {n},1" for n in opened]


@SIM7080("+CACLOSE")
def _caclose(m: Modem, call: Call) -> Reply:
    m.net.close(_open(m, call))
    return Reply(after_s=0.3)


def _open(m: Modem, call: Call) -> int:
    number = call.number(0, 0, m.model.sockets - 1)
    if number not in m.net.connections:
        raise Refused(3)
    return number


@SIM7080("+CPSI")
def _cpsi(m: Modem, call: Call) -> list[str]:
    radio = m.radio
    if not radio.is_registered:
        return [f"+CPSI: NO SERVICE,{'Online' if radio.cfun == 1 else 'Offline'}"]
    rsrp = radio.rsrp_tenths // 10
    band = m.stored.band.split(",")[0]
    return [
        f"+CPSI: LTE NB-IOT,Online,001-01,0x{m.tac},{int(m.cell, 16)},284,EUTRAN-BAND{band},"
        f"3734,0,0,{-6 - 3 * radio.ecl},{rsrp},{rsrp + 8},{(12, 3, -5)[radio.ecl]}"
    ]


@SIM7080("+CBANDCFG")
def _cbandcfg(m: Modem, call: Call) -> list[str]:
    if call.kind == "read":
        return ['+CBANDCFG: "CAT-M",8,20', f'+CBANDCFG: "NB-IOT",{m.stored.band}']
    if call.text(0) not in ("CAT-M", "NB-IOT") or not call.has(1):
        raise Refused()
    if call.text(0) == "NB-IOT":
        m.stored.band = ",".join(call.args[1:])
    return []


class Sim7080(Simcom):
    table = SIM7080
    needs_activation = True
    clock_setting = "+CLTS"

    def card_lines(self, m: Modem) -> list[str]:
        return [*super().card_lines(m), "SMS Ready"]

    def received(self, m: Modem, connection: Connection, data: bytes) -> None:
        connection.received += data
        if not connection.is_told:
            connection.is_told = True
            m.urc(f"+CADATAIND: {connection.number}")

    def closed(self, m: Modem, connection: Connection) -> None:
        """What was not read is gone."""
        m.net.drop(connection.number)
        m.urc(f"+CASTATE: {connection.number},0")

    def pdn_lost(self, m: Modem) -> None:
        m.urc("+APP PDP: 0,DEACTIVE")
