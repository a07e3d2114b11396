"""BC66, BC26: MT2625, dialect of Quectel's NB-IoT modules."""

from firmware.core.cell import fields, number
from firmware.drivers.modem.quectel import *  # noqa: F403  # all of it is part of this family
from firmware.drivers.modem.quectel import COUNTED, SEND
from firmware.drivers.modem.words import dialect

NAMES: tuple = ("BC66", "BC26")
BAUDS = (115200, 9600, 57600)
BOOTS = ("RDY",)
DIALECT = dialect(BOOTS, COUNTED)
BOOT_MS, KEY_MS, RESET_MS = 6000, 700, 100
IS_UTC = False
SEND_BYTES, READ_BYTES, READ_FIELD = 1024, 512, -1

SETUP = (
    ("AT+QSCLK=0", "any", 1000),
    ('AT+QICFG="dataformat",0,0', "ok", 1000),
)
BAND = (("AT+QBAND=1,{band}", "ok", 1000),)
APN = (('AT*MCGDEFCONT="IP","{apn}"', "any", 1000), ('AT+CGDCONT=1,"IP","{apn}"', "any", 1000))
SIGNAL = "AT+QENG=0"
PDP_UP = (("AT+CGATT=1", "ok", 75_000),)
PDP_DOWN = (("AT+CGATT=0", "any", 75_000),)
ADDRESS = "AT+CGPADDR"
RESOLVE = ()
DIAL = ()
SEND_LAST = (("AT+QNBIOTRAI=1", "any", 1000),) + SEND
LET_GO = ()
RESET = (("AT+QRST=1", "", 2000),)
SLEEP = (("AT+QSCLK=1", "any", 1000),)
OFF = (("AT+QPOWD=0", "NORMAL POWER DOWN", 3000), ("", "", 1000))


def signal(lines):
    """(RSRP in dBm, coverage level, SNR in dB, power in dBm), None for what is not told."""
    for line in lines:
        if line.startswith("+QENG: 0"):
            parts = fields(line)
            return number(parts, 5), number(parts, 11), number(parts, 8), number(parts, 12)
    return None, None, None, None
