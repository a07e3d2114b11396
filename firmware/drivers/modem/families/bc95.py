"""BC95-G, BC68, BC35-G, BC28: Hi2115, dialect of boudica. One step of speed, sockets in hex."""

from firmware.core import fault
from firmware.core.cell import number
from firmware.drivers.modem.words import dialect

NAMES = ("BC95", "BC68", "BC35", "BC28", "Hi2115")
BAUDS = (9600, 115200, 57600, 4800)
SPEED = (("AT+NATSPEED={baud},30,1", "", 300),)
BOOTS = ("REBOOT_CAUSE", "Neul", "Boot:", "u-blox")
DIALECT = dialect(BOOTS)
BOOT_MS, KEY_MS, RESET_MS = 6000, 0, 200
WAKES_BY_KEY = False
IS_UTC = True
CAUSES = {513: fault.CONNECT, 524: fault.CONTEXT}
SEND_BYTES, READ_BYTES, READ_FIELD = 512, 256, 4

SETUP = (
    ("AT+NCONFIG=AUTOCONNECT,FALSE", "any", 1000),
    ("AT+NCONFIG=CR_0354_0338_SCRAMBLING,TRUE", "any", 1000),
    ("AT+NCONFIG=CR_0859_SI_AVOID,TRUE", "any", 1000),
    ("AT+QREGSWT=2", "any", 1000),
)
BAND = (("AT+NBAND={band}", "ok", 1000),)
APN = (('AT+CGDCONT=1,"IP","{apn}"', "ok", 1000),)
SIGNAL = "AT+NUESTATS"
PDP_UP = (("AT+CGATT=1", "ok", 5000),)
PDP_DOWN = (("AT+CGATT=0", "any", 5000),)
ADDRESS = "AT+CGPADDR"
RESOLVE = (('AT+QDNS=0,"{host}"', "ok", 5000), ("", "+QDNS:", 60_000))
DIAL = ()
CREATE = "AT+NSOCR=STREAM,6,{local_port},1"
OPEN = (("AT+NSOCO={id},{host},{port}", "ok", 60_000),)
WHY = None
SEND = (("AT+NSOSD={id},{n},{hex}", "ok", 5000),)
SEND_LAST = (("AT+NSOSD={id},{n},{hex},0x200", "ok", 5000),)
LET_GO = ()
READ = "AT+NSORF={id},{n}"
ARRIVED = ("+NSONMI:{id}", "+NSONMI: {id}")
PUSHED = ()
CLOSED = ("+NSOCLI:{id}", "+NSOCLI: {id}", "+CGEV: NW PDN DEACT")
CLOSE = (("AT+NSOCL={id}", "any", 2000),)
RESET = (("AT+NRB", "", 2000),)
SLEEP = ()
OFF = ()


def signal(lines):
    """(RSRP in dBm, coverage level, SNR in dB, power in dBm), None for what is not told."""
    rsrp = ecl = snr = power = None
    for line in lines:
        key, _, value = line.replace("NUESTATS:RADIO,", "").replace(",", ":").partition(":")
        value = number([value.strip()], 0)
        if key == "Signal power" and value is not None and value > -32_768:
            rsrp = value // 10
        elif key == "SNR" and value is not None and value > -32_768:
            snr = value // 10
        elif key == "TX power" and value is not None and value > -32_768:
            power = value // 10
        elif key == "ECL" and value is not None and value <= 2:
            ecl = value
    return rsrp, ecl, snr, power
