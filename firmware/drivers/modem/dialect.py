"""What the lines of a modem mean, as data. A family adds to the common rows."""

from collections import namedtuple

# finals: whole lines, or beginnings that end in a colon, that end a command whatever it is.
# only: results that end only commands with that word in their name. prompts: lines after which
# data may be sent, and words of the commands. urcs: beginnings of lines without a mark in front
# that belong to no command. told: names that a modem also says by itself. answers: names of
# commands, and beginnings of their answers where these have another name. counted: a beginning,
# what stands between the fields and the raw bytes (nothing: the end of the line), and the fields
# that there may be: n their number, d another number, q a text in quotes.
Dialect = namedtuple(
    "Dialect", ("finals", "only", "prompts", "urcs", "told", "answers", "counted")
)

GENERIC = Dialect(
    finals=("OK", "ERROR", "ABORTED", "+CME ERROR:", "+CMS ERROR:"),
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
    answers=(),
    counted=(
        ('+QIURC: "recv",', "", "dn dnqd"), ('+QSSLURC: "recv",', "", "dn"),
        ("+QIRD:", "", "n nqd"), ("+QSSLRECV:", "", "n"), ("+CIPRXGET: 2,", "", "nd dnd"),
        ("+SHREAD:", "", "n"), ("+CARECV:", ",", "n"),
    ),
)  # fmt: skip
FAMILIES = {"boudica": GENERIC, "quectel": GENERIC, "simcom": GENERIC, "other": GENERIC}
