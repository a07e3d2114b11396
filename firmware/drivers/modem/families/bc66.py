"""BC66, BC26: MT2625, dialect of Quectel's NB-IoT modules."""

from firmware.core import fault
from firmware.core.cell import fields, number
from firmware.drivers.modem.words import dialect

NAMES = ("BC66", "BC26")
BAUDS = (115200, 9600, 57600)
SPEED = (("AT+IPR={baud}", "", 300),)
BOOTS = ("RDY",)
DIALECT = dialect(BOOTS, (("+QIRD:", "", "n nqd"),))
BOOT_MS, KEY_MS, RESET_MS = 6000, 700, 100
WAKES_BY_KEY = True
IS_UTC = False
CAUSES = {
    565: fault.DNS, 564: fault.DNS, 561: fault.CONTEXT, 570: fault.CONTEXT,
    563: fault.CLOSED, 566: fault.CONNECT, 567: fault.CLOSED, 569: fault.CONNECT,
}  # fmt: skip
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
CREATE = ""
OPEN = (
    ('AT+QIOPEN=1,{id},"TCP","{host}",{port},0,0', "ok", 1000),
    ("", "+QIOPEN: {id},=0", 150_000),
)
WHY = "AT+QIGETERROR"
SEND = (("AT+QISEND={id},{n}", "prompt", 5000), (">", "SEND =OK", 10_000))
SEND_LAST = (("AT+QNBIOTRAI=1", "any", 1000),) + SEND
LET_GO = ()
READ = "AT+QIRD={id},{n}"
ARRIVED = ('+QIURC: "recv",{id}',)
PUSHED = ()
CLOSED = ('+QIURC: "closed",{id}', '+QIURC: "pdpdeact"')
CLOSE = (("AT+QICLOSE={id}", "any", 10_000),)
RESET = (("AT+QRST=1", "", 2000),)
SLEEP = (("AT+QSCLK=1", "any", 1000),)
OFF = (("AT+QPOWD=0", "", 3000),)


def signal(lines):
    """(RSRP in dBm, coverage level), None for what is not told."""
    for line in lines:
        if line.startswith("+QENG: 0"):
            parts = fields(line)
            return number(parts, 5), number(parts, 11)
    return None, None
