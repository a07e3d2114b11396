"""BG95, BG77, BG96: dialect of Quectel's LPWA modules."""

from firmware.core.cell import fields, number
from firmware.drivers.modem.quectel import *  # noqa: F403  # all of it is part of this family
from firmware.drivers.modem.quectel import COUNTED, SEND
from firmware.drivers.modem.words import dialect

NAMES = ("BG95", "BG77", "BG96")
BAUDS = (115200, 9600, 57600)
BOOTS = ("RDY", "APP RDY")
DIALECT = dialect(BOOTS, COUNTED)
BOOT_MS, KEY_MS, RESET_MS = 12_000, 700, 300
IS_UTC = True
SEND_BYTES, READ_BYTES, READ_FIELD = 1460, 512, -1

SETUP = (
    ("AT+CTZU=1", "any", 1000),
    ('AT+QCFG="nwscanmode",3,1', "any", 1000),
    ('AT+QCFG="iotopmode",1,1', "any", 1000),
)
BAND = (('AT+QCFG="band",0,0,{band_hex},1', "any", 1000),)
APN = (('AT+QICSGP=1,1,"{apn}","","",1', "ok", 1000),)
SIGNAL = "AT+QCSQ"
PDP_UP = (("AT+QIACT=1", "ok", 150_000),)
PDP_DOWN = (("AT+QIDEACT=1", "any", 40_000),)
ADDRESS = "AT+QIACT?"
RESOLVE = (
    ('AT+QIDNSGIP=1,"{host}"', "ok", 5000),
    ("", '+QIURC: "dnsgip",=0', 60_000),
    ("", '+QIURC: "dnsgip","', 5000),
)
DIAL = (("ATD*99#", "CONNECT", 10_000),)
SEND_LAST = SEND
LET_GO = (("AT+CNMPSD", "any", 1000),)
RESET = (("AT+CFUN=1,1", "", 2000),)
SLEEP = ()
OFF = (("AT+QPOWD=1", "POWERED DOWN", 3000), ("", "", 2000))


def signal(lines):
    """(RSRP in dBm, None, SNR in dB, None): these tell neither coverage level nor power."""
    for line in lines:
        if line.startswith("+QCSQ:"):
            parts = fields(line)
            sinr = number(parts, 3)  # from -20 dB on, in fifths
            return number(parts, 2), None, None if sinr is None else sinr // 5 - 20, None
    return None, None, None, None
