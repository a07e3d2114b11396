"""What the simulated modems are: names, limits, pins and times of each model, as data.

Figures of hardware guides where there are any, else estimates: docs/modem.md.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Model:
    """Times in milliseconds where the name says so, else in seconds.

    space: what follows the colon of an answer. key_*: how long the power key is pressed, None:
    it does nothing. reset_ms: how long reset is asserted, least and most. lines: what a boot
    says. is_local: the clock's fields are local time, not UTC. has_rac: one more field before
    the timers of +CEREG. no_clock: the date before the network told it.
    """

    name: str
    family: str
    gmm: str
    gmr: tuple[str, ...]
    ati: tuple[str, ...]
    baud: int
    lost_baud: int
    is_autobaud: bool
    key_on_ms: int | None
    key_off_ms: int | None
    key_wake_ms: int | None
    reset_ms: tuple[int, int] | None
    boot_s: tuple[float, float]
    wake_s: float
    lines: tuple[str, ...]
    sockets: int
    send_bytes: int
    read_bytes: int
    idle_ma: float
    psm_ua: float
    space: str = " "
    is_quoted: bool = True
    ok_per_part: bool = False
    wakes_by_uart: bool = False
    is_local: bool = True
    has_rac: bool = False
    band: int = 8
    no_clock: str = "80/01/06"
    off_text: str = "NORMAL POWER DOWN"


_BC95 = Model(
    name="bc95",
    family="boudica",
    gmm="BC95-G",
    gmr=("SECURITY,V100R100C10B657SP5", "PROTOCOL,V100R100C10B657SP5",
         "APPLICATION,V100R100C10B657SP5", "RADIO,Hi2115_RF1"),
    ati=("Quectel", "BC95-G", "Revision:BC95GJBR01A10"),
    baud=9600, lost_baud=9600, is_autobaud=False,
    key_on_ms=None, key_off_ms=None, key_wake_ms=None, reset_ms=(100, 10**9),
    boot_s=(3.0, 5.0), wake_s=0.1,
    lines=("Boot: Unsigned", "Security B.. Verified", "Protocol A.. Verified",
           "Apps A...... Verified", "", "REBOOT_CAUSE_{cause}", "Neul", "OK"),
    sockets=7, send_bytes=1358, read_bytes=1358, idle_ma=6.0, psm_ua=4.0,
    space="", is_quoted=False, ok_per_part=True, wakes_by_uart=True, is_local=False,
    no_clock="70/01/01",
)  # fmt: skip
_BC66 = Model(
    name="bc66",
    family="quectel",
    gmm="BC66",
    gmr=("Revision: BC66NBR01A10",),
    ati=("Quectel_Ltd", "Quectel_BC66", "Revision: BC66NBR01A10"),
    baud=115200, lost_baud=9600, is_autobaud=True,
    key_on_ms=500, key_off_ms=None, key_wake_ms=50, reset_ms=(50, 10**9),
    boot_s=(2.0, 4.0), wake_s=0.6,
    lines=("F1: 0000 0000", "V0: 0000 0000 [0001]", "00: 0006 000C", "RDY", "", "+CFUN: 1"),
    sockets=5, send_bytes=1024, read_bytes=1500, idle_ma=0.5, psm_ua=3.5, has_rac=True,
)  # fmt: skip
_BC660K = replace(
    _BC66,
    name="bc660k",
    gmm="BC660K-GL",
    gmr=("Revision: BC660KGLAAR01A01",),
    ati=("Quectel_Ltd", "Quectel_BC660K-GL", "Revision: BC660KGLAAR01A01"),
    wakes_by_uart=True,
    wake_s=0.2,
    psm_ua=0.8,
    has_rac=False,
)
_BG95 = Model(
    name="bg95",
    family="quectel",
    gmm="BG95-M3",
    gmr=("BG95M3LAR02A04",),
    ati=("Quectel", "BG95-M3", "Revision: BG95M3LAR02A04"),
    baud=115200, lost_baud=9600, is_autobaud=False,
    key_on_ms=500, key_off_ms=650, key_wake_ms=500, reset_ms=(150, 460),
    boot_s=(2.5, 5.0), wake_s=3.0,
    lines=("RDY", "", "APP RDY"),
    sockets=12, send_bytes=1460, read_bytes=1500, idle_ma=17.0, psm_ua=4.0, is_local=False,
    off_text="POWERED DOWN",
)  # fmt: skip
_SIM7020 = Model(
    name="sim7020",
    family="simcom",
    gmm="SIM7020E",
    gmr=("1752B04SIM7020E",),
    ati=("SIM7020E R1752",),
    baud=115200, lost_baud=9600, is_autobaud=True,
    key_on_ms=800, key_off_ms=1200, key_wake_ms=100, reset_ms=(100, 10**9),
    boot_s=(3.0, 5.0), wake_s=0.8,
    lines=("+CFUN: 1",),
    sockets=5, send_bytes=512, read_bytes=512, idle_ma=5.0, psm_ua=5.0, has_rac=True,
)  # fmt: skip
_SIM7080 = Model(
    name="sim7080",
    family="simcom",
    gmm="SIMCOM_SIM7080G",
    gmr=("Revision:1951B16SIM7080",),
    ati=("SIM7080 R1951.16",),
    baud=115200, lost_baud=9600, is_autobaud=False,
    key_on_ms=1000, key_off_ms=1200, key_wake_ms=1000, reset_ms=None,
    boot_s=(2.0, 4.0), wake_s=2.0,
    lines=("RDY", "", "+CFUN: 1"),
    sockets=13, send_bytes=1460, read_bytes=1460, idle_ma=12.0, psm_ua=3.2,
)  # fmt: skip

MODELS = {one.name: one for one in (_BC95, _BC66, _BC660K, _BG95, _SIM7020, _SIM7080)}
FAMILY_MODELS = {"boudica": "bc95", "quectel": "bc66", "simcom": "sim7080"}
