"""What SIM7020 and SIM7080 have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rill.modem.attaching import COMMON
from rill.modem.call import Call, Reply, Table
from rill.modem.common import flag
from rill.modem.dialect import Dialect

if TYPE_CHECKING:
    from rill.modem.modem import Modem

SIMCOM = Table(COMMON)
SIMCOM("+CPSMSTATUS")(flag("+CPSMSTATUS"))
SIMCOM("+CSCLK")(flag("+CSCLK", high=2))


@SIMCOM("+CCID")
def _ccid(m: Modem, call: Call) -> list[str]:
    m.card.require()
    return [m.card.iccid]


@SIMCOM("+CDNSGIP")
def _cdnsgip(m: Modem, call: Call) -> Reply:
    host = call.text(0)

    def found() -> None:
        address = None
        if m.net.is_active or not m.dialect.needs_activation:
            address = m.net.find(host)
        m.urc(f'+CDNSGIP: 1,"{host}","{address}"' if address else "+CDNSGIP: 0,8")

    wait_s = m.net.asks()
    return Reply(then=lambda: m.agenda.after(wait_s, found))


@SIMCOM("+CPOWD")
def _cpowd(m: Modem, call: Call) -> Reply:
    call.number(0, 0, 1)
    return Reply(final=None, then=lambda: m.switch_off(0.5))


@SIMCOM("+CRESET", "+CREBOOT")
def _creset(m: Modem, call: Call) -> Reply:
    return Reply(then=lambda: m.reboot("APPLICATION_AT"))


class Simcom(Dialect):
    noises: tuple[str, ...] = ("+CSCON: 1", "DST: 0", "UNDER-VOLTAGE WARNNING")

    def zone_lines(self, m: Modem) -> list[str]:
        text = m.clock.text()
        return [f'*PSUTTZ: {text[:17]}","{text[17:]}",0', "DST: 0"]

    def sleep_lines(self, m: Modem) -> list[str]:
        return ['+CPSMSTATUS: "ENTER PSM"'] if m.settings.flags.get("+CPSMSTATUS") else []

    def wake_lines(self, m: Modem) -> list[str]:
        return ["+CPIN: READY", '+CPSMSTATUS: "EXIT PSM"']
