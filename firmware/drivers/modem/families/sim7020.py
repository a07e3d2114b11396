"""SIM7020, SIM7022: MT2625, dialect of SIMCom with sockets in hex that push what comes."""

from firmware.core.cell import fields, number
from firmware.drivers.modem.words import dialect

NAMES = ("SIM7020", "SIM7022", "SIMCOM_SIM7020")
BAUDS = (115200, 9600, 57600)
SPEED = (("AT+IPR={baud}", "", 300),)
BOOTS = ("RDY", "SMS Ready", "Call Ready")
DIALECT = dialect(BOOTS)
BOOT_MS, KEY_MS, RESET_MS = 8000, 1000, 150
WAKES_BY_KEY = True
IS_UTC = False
CAUSES: dict = {}
SEND_BYTES, READ_BYTES, READ_FIELD = 512, 512, -1

SETUP = (("AT+CPSMSTATUS=1", "any", 2000),)
BAND = (("AT+CBAND={band}", "ok", 2000),)
APN = (('AT*MCGDEFCONT="IP","{apn}"', "any", 2000),)
SIGNAL = "AT+CENG?"
PDP_UP = (("AT+CGATT=1", "ok", 75_000),)
PDP_DOWN = (("AT+CGATT=0", "any", 75_000),)
ADDRESS = "AT+CGPADDR"
RESOLVE = (("AT+CDNSGIP={host}", "ok", 5000), ("", "+CDNSGIP:", 60_000))
DIAL = ()
CREATE = "AT+CSOC=1,1,1"
OPEN = (('AT+CSOCON={id},{port},"{host}"', "ok", 75_000),)
WHY = None
SEND = (("AT+CSOSEND={id},{digits},{hex}", "ok", 10_000),)
SEND_LAST = SEND
LET_GO = (("AT+CNMPSD", "any", 2000),)
READ = ""
ARRIVED = ()
PUSHED = ("+CSONMI: {id},",)
CLOSED = ("+CSOERR: {id}", "+CGEV: NW PDN DEACT")
CLOSE = (("AT+CSOCL={id}", "any", 10_000),)
RESET = (("AT+CRESET", "", 2000),)
SLEEP = ()
OFF = (("AT+CPOWD=1", "NORMAL POWER DOWN", 3000), ("", "", 1000))


def signal(lines):
    """(RSRP in dBm, coverage level, SNR in dB, power in dBm), None for what is not told."""
    for line in lines:
        if line.startswith("+CENG:"):
            parts = fields(line)
            return number(parts, 4), number(parts, 10), number(parts, 7), number(parts, 11)
    return None, None, None, None
