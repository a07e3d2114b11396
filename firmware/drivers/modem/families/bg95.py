"""BG95, BG77, BG96: dialect of Quectel's LPWA modules."""

from firmware.core import fault
from firmware.core.cell import fields, number
from firmware.drivers.modem.words import dialect

NAMES = ("BG95", "BG77", "BG96")
BAUDS = (115200, 9600, 57600)
SPEED = (("AT+IPR={baud}", "", 300),)
BOOTS = ("RDY", "APP RDY")
DIALECT = dialect(BOOTS, (("+QIRD:", "", "n nqd"),))
BOOT_MS, KEY_MS, RESET_MS = 12_000, 700, 300
WAKES_BY_KEY = True
IS_UTC = True
CAUSES = {
    565: fault.DNS, 564: fault.DNS, 561: fault.CONTEXT, 570: fault.CONTEXT,
    563: fault.CLOSED, 566: fault.CONNECT, 567: fault.CLOSED, 569: fault.CONNECT,
}  # fmt: skip
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
RESOLVE = (('AT+QIDNSGIP=1,"{host}"', "ok", 5000), ("", '+QIURC: "dnsgip","', 60_000))
DIAL = (("ATD*99#", "CONNECT", 10_000),)
CREATE = ""
OPEN = (
    ('AT+QIOPEN=1,{id},"TCP","{host}",{port},0,0', "ok", 1000),
    ("", "+QIOPEN: {id},=0", 150_000),
)
WHY = "AT+QIGETERROR"
SEND = (("AT+QISEND={id},{n}", "prompt", 5000), (">", "SEND =OK", 10_000))
SEND_LAST = SEND
LET_GO = (("AT+CNMPSD", "any", 1000),)
READ = "AT+QIRD={id},{n}"
ARRIVED = ('+QIURC: "recv",{id}',)
PUSHED = ()
CLOSED = ('+QIURC: "closed",{id}', '+QIURC: "pdpdeact"')
CLOSE = (("AT+QICLOSE={id}", "any", 10_000),)
RESET = (("AT+CFUN=1,1", "", 2000),)
SLEEP = ()
OFF = (("AT+QPOWD=1", "", 3000),)


def signal(lines):
    """(RSRP in dBm, None: these do not tell the coverage level)."""
    for line in lines:
        if line.startswith("+QCSQ:"):
            return number(fields(line), 2), None
    return None, None
