"""BG95: the LPWA dialect of Quectel, and PPP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rill.modem.call import Call, Refused, Reply, Table
from rill.modem.quectel import QUECTEL, Quectel, note, open_socket

if TYPE_CHECKING:
    from rill.modem.modem import Modem

BG95 = Table(QUECTEL)


@BG95("+QCFG")
def _qcfg(m: Modem, call: Call) -> list[str]:
    name = call.text(0)
    if len(call.args) == 1:
        value = m.stored.values.get(f"QCFG {name}", "0")
        return [f'+QCFG: "{name}",{value}']
    m.stored.values[f"QCFG {name}"] = ",".join(call.args[1:])
    return []


@BG95("+QICSGP")
def _qicsgp(m: Modem, call: Call) -> list[str]:
    call.number(0, 1, 16)
    if len(call.args) > 1:
        call.number(1, 1, 3)
        m.stored.apn = call.text(2, "")
        return []
    return [f'+QICSGP: 1,"{m.stored.apn}","","",0']


@BG95("+QIACT")
def _qiact(m: Modem, call: Call) -> Reply:
    if call.kind == "read":
        return Reply([f'+QIACT: 1,1,1,"{m.net.address()}"'] if m.net.is_active else [])
    call.number(0, 1, 16)
    if not m.net.activate():
        note(m, "network")
        return Reply(final="ERROR", after_s=3 * m.radio.rtt_s())
    return Reply(after_s=m.random.uniform(0.5, 2.0))


@BG95("+QIDEACT")
def _qideact(m: Modem, call: Call) -> Reply:
    call.number(0, 1, 16)
    m.net.deactivate()
    return Reply(after_s=0.5)


@BG95("+QIOPEN")
def _qiopen(m: Modem, call: Call) -> Reply:
    return open_socket(m, call, 1)


@BG95("+QCSQ")
def _qcsq(m: Modem, call: Call) -> list[str]:
    radio = m.radio
    if not radio.is_registered:
        return ['+QCSQ: "NOSERVICE"']
    rsrp = radio.rsrp_tenths // 10
    sinr = (160, 110, 60)[radio.ecl]
    return [f'+QCSQ: "NBIoT",{rsrp + 8},{rsrp},{sinr},{-6 - 3 * radio.ecl}']


@BG95("+QENG")
def _qeng(m: Modem, call: Call) -> list[str]:
    if call.text(0) != "servingcell":
        raise Refused()
    radio = m.radio
    if not radio.is_registered:
        return ['+QENG: "servingcell","SEARCH"']
    state = "CONNECT" if radio.is_connected else "NOCONN"
    rsrp = radio.rsrp_tenths // 10
    return [
        f'+QENG: "servingcell","{state}","NBIoT","FDD",001,01,{m.cell[-7:]},284,3734,'
        f"{m.stored.band.split(',')[0]},0,0,{m.tac},{rsrp},{-6 - 3 * radio.ecl},{rsrp + 8},"
        f"{(12, 3, -5)[radio.ecl]},{(40, 25, 10)[radio.ecl]}"
    ]


@BG95("+QLTS")
def _qlts(m: Modem, call: Call) -> list[str]:
    return [f'+QLTS: "20{m.clock.text()},0"']


@BG95("D")
def _dial(m: Modem, call: Call) -> Reply:
    if not m.net.activate():
        return Reply(final="NO CARRIER", after_s=m.radio.rtt_s())

    def online() -> None:
        m.terminal.is_online = True

    return Reply(final="CONNECT", after_s=0.5, then=online)


class Bg95(Quectel):
    table = BG95
    needs_activation = True
    clock_setting = "+CTZU"

    def card_lines(self, m: Modem) -> list[str]:
        return []

    def wake_lines(self, m: Modem) -> list[str]:
        return ["RDY", "APP RDY"]
