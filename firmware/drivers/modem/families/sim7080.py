"""SIM7070, SIM7080, SIM7090: MDM9205, dialect of SIMCom's CAOPEN."""

from firmware.core import fault
from firmware.core.cell import fields, number
from firmware.drivers.modem.words import dialect

NAMES = ("SIM7080", "SIM7070", "SIM7090", "SIMCOM_SIM7080", "SIMCOM_SIM7070")
BAUDS = (115200, 9600, 57600)
SPEED = (("AT+IPR={baud}", "", 300),)
BOOTS = ("RDY", "SMS Ready")
DIALECT = dialect(BOOTS, (("+CARECV:", ",", "n"),))
BOOT_MS, KEY_MS, RESET_MS = 8000, 1200, 0
WAKES_BY_KEY = True
IS_UTC = False
CAUSES = {20: fault.DNS, 21: fault.CONTEXT, 23: fault.CONNECT, 27: fault.CONNECT}
SEND_BYTES, READ_BYTES, READ_FIELD = 1460, 512, -1

SETUP = (
    ("AT+CLTS=1", "any", 2000),
    ("AT+CNMP=38", "any", 5000),
    ("AT+CMNB=2", "any", 5000),
)
BAND = (('AT+CBANDCFG="NB-IOT",{band}', "any", 2000),)
APN = (('AT+CGDCONT=1,"IP","{apn}"', "any", 2000), ('AT+CNCFG=0,1,"{apn}"', "ok", 2000))
SIGNAL = "AT+CPSI?"
PDP_UP = (("AT+CNACT=0,1", "ok", 75_000), ("", "+APP PDP: 0,=ACTIVE", 60_000))
PDP_DOWN = (("AT+CNACT=0,0", "any", 10_000),)
ADDRESS = "AT+CNACT?"
RESOLVE = ()
DIAL = (("ATD*99#", "CONNECT", 10_000),)
CREATE = ""
OPEN = (
    ('AT+CAOPEN={id},0,"TCP","{host}",{port}', "+CAOPEN: {id},=0", 75_000),
    ("", "ok", 5000),
)
WHY = None
SEND = (("AT+CASEND={id},{n}", "prompt", 5000), (">", "ok", 10_000))
SEND_LAST = SEND
LET_GO = (("AT+CNMPSD", "any", 2000),)
READ = "AT+CARECV={id},{n}"
ARRIVED = ("+CADATAIND: {id}",)
PUSHED = ()
CLOSED = ("+CASTATE: {id},0", "+APP PDP: 0,DEACTIVE")
CLOSE = (("AT+CACLOSE={id}", "any", 10_000),)
RESET = (("AT+CFUN=1,1", "", 2000),)
SLEEP = ()
OFF = (("AT+CPOWD=1", "NORMAL POWER DOWN", 3000), ("", "", 1000))


def signal(lines):
    """(RSRP in dBm, None, SNR in dB, None): these tell neither coverage level nor power."""
    for line in lines:
        if line.startswith("+CPSI:"):
            parts = fields(line)
            return number(parts, 11), None, number(parts, 13), None
    return None, None, None, None
