"""BC66: the NB-IoT dialect of Quectel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rill.modem.attaching import default_context
from rill.modem.call import Call, Refused, Reply, Table
from rill.modem.common import flag, kept
from rill.modem.quectel import QUECTEL, Quectel, open_socket

if TYPE_CHECKING:
    from rill.modem.modem import Modem

BC66 = Table(QUECTEL)
for _name in ("+QNBIOTEVENT", "+QATWAKEUP"):
    BC66(_name)(flag(_name))
BC66("*MCGDEFCONT")(default_context)
BC66("+QSPCHSC")(kept("+QSPCHSC", "1"))


@BC66("+QNBIOTEVENT")
def _qnbiotevent(m: Modem, call: Call) -> list[str]:
    if call.kind == "read":
        return [f"+QNBIOTEVENT: {m.settings.flags.get('+QNBIOTEVENT', 0)}"]
    m.settings.flags["+QNBIOTEVENT"] = call.number(0, 0, 1)
    call.number(1, 0, 1, default=1)
    return []


@BC66("+QIOPEN")
def _qiopen(m: Modem, call: Call) -> Reply:
    if call.kind == "read":
        return Reply()
    return open_socket(m, call, 1)


@BC66("+QBAND")
def _qband(m: Modem, call: Call) -> list[str]:
    if call.kind == "read":
        return [f"+QBAND: {m.stored.band}"]
    count = call.number(0, 0, 20)
    if len(call.args) != count + 1 or any(not one.isdigit() for one in call.args):
        raise Refused()
    m.stored.band = ",".join(call.args[1:])
    return []


@BC66("+QENG")
def _qeng(m: Modem, call: Call) -> list[str]:
    call.number(0, 0, 3)
    radio = m.radio
    if not radio.is_registered:
        return ["+QENG: 0,,,,,,,,,,,,,"]
    rsrp = radio.rsrp_tenths // 10
    snr, power = (12, 3, -5)[radio.ecl], (5, 14, 23)[radio.ecl]
    return [
        f'+QENG: 0,3734,0,284,"{m.cell}",{rsrp},{-6 - 2 * radio.ecl},{rsrp + 8},{snr},'
        f'{m.stored.band.split(",")[0]},"{m.tac}",{radio.ecl},{power},2'
    ]


@BC66("+QNBIOTRAI")
def _qnbiotrai(m: Modem, call: Call) -> list[str]:
    if call.kind == "read":
        return ["+QNBIOTRAI: 0"]
    if call.number(0, 0, 2):
        m.radio.release_early()
    return []


@BC66("+QRST")
def _qrst(m: Modem, call: Call) -> Reply:
    call.number(0, 1, 1)
    return Reply(then=lambda: m.reboot("APPLICATION_AT"))


class Bc66(Quectel):
    table = BC66

    def may_sleep(self, m: Modem) -> bool:
        return m.settings.flags.get("+QSCLK", 1) != 0

    def sleep_lines(self, m: Modem) -> list[str]:
        shown = m.settings.flags.get("+QNBIOTEVENT")
        return ['+QNBIOTEVENT: "ENTER PSM"'] if shown else []

    def wake_lines(self, m: Modem) -> list[str]:
        shown = m.settings.flags.get("+QATWAKEUP")
        return ["+QATWAKEUP"] if shown else []

    def card_lines(self, m: Modem) -> list[str]:
        return super().card_lines(m) if m.stored.baud else []
