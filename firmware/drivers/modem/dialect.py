"""What the lines of any modem mean, as data: for dialogues that nobody has seen (words.py)."""

from firmware.drivers.modem.words import FINALS, Dialect

GENERIC = Dialect(
    finals=FINALS,
    only=(
        ("SEND OK", "SEND"), ("SEND FAIL", "SEND"), ("DATA ACCEPT:", "SEND"), ("SHUT OK", "SHUT"),
        ("CLOSE OK", "CLOSE"), ("CONNECT OK", "CIPSTART"), ("CONNECT FAIL", "CIPSTART"),
        ("ALREADY CONNECT", "CIPSTART"), ("REBOOTING", "NRB"), ("NORMAL POWER DOWN", "POWD"),
        ("POWERED DOWN", "POWD"),
    ),
    prompts=(("DOWNLOAD", "+"), ("CONNECT", "+QFUPL")),
    urcs=(
        "RDY", "APP RDY", "SMS Ready", "SMS DONE", "PB DONE", "Call Ready", "NORMAL POWER DOWN",
        "POWERED DOWN", "REBOOTING", "REBOOT_CAUSE", "Boot:", "Security ", "Protocol ", "Apps ",
        "DST:", "OVER-VOLTAGE", "UNDER-VOLTAGE", "CLOSED", "RING", "NO CARRIER",
    ),
    told=(
        "+CEREG", "+CGREG", "+CREG", "+CSCON", "+NPSMR", "+CIPRXGET", "+CFUN", "+CPIN", "+NSONMI",
        "+NNMI", "+NSMI", "+CPSMSTATUS", "+QNBIOTEVENT", "+QATWAKEUP", "+CMQPUB", "+CMQDISCON",
        "+SMSUB", "+CTZR",
    ),
    answers=(("+QFREAD", "CONNECT"), ("+QFDWL", "CONNECT"), ("+QHTTPREAD", "CONNECT")),
    counted=(
        ('+QIURC: "recv",', "", "dn dnqd"), ('+QSSLURC: "recv",', "", "dn"),
        ("+QIRD:", "", "n nqd qqn"), ("+QSSLRECV:", "", "n"), ("QFREAD=CONNECT", "", "n"),
        ("+QMTRECV:", ',"', "ddqn"), ("+CIPRXGET: 2,", "", "nd dnd"), ("+SHREAD:", "", "n"),
        ("+CARECV:", ",", "n qdn"), ("+CMQTTRXTOPIC:", "", "dn"), ("+CMQTTRXPAYLOAD:", "", "dn"),
    ),
)  # fmt: skip
FAMILIES = {"boudica": GENERIC, "quectel": GENERIC, "simcom": GENERIC, "other": GENERIC}
