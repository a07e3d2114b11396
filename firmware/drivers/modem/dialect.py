"""What the lines of a modem mean, as data. A family adds to the common rows."""

from collections import namedtuple

# finals: whole lines, or beginnings that end in a colon, that end a command whatever it is.
# prompts, only: results that end only commands with that word in them. urcs: beginnings of lines
# that belong to no command. counted: (beginning, field with the number of raw bytes that follow,
# least number of fields, fields that must be so).
Dialect = namedtuple("Dialect", ("finals", "only", "prompts", "urcs", "counted", "inline"))

_FINALS = ("OK", "ERROR", "NO CARRIER", "ABORTED", "+CME ERROR:", "+CMS ERROR:")
_ONLY = (
    ("SEND OK", "SEND"), ("SEND FAIL", "SEND"), ("DATA ACCEPT:", "SEND"), ("SHUT OK", "SHUT"),
    ("CLOSE OK", "CLOSE"), ("CONNECT FAIL", "CIPSTART"), ("ALREADY CONNECT", "CIPSTART"),
    ("REBOOTING", "NRB"), ("CONNECT", "ATD"), ("CONNECT", "+CGDATA"),
)  # fmt: skip
# Whole lines after which data may be sent, as after ">".
_PROMPTS = (("DOWNLOAD", "+"), ("CONNECT", "+QF"), ("CONNECT", "+QHTTP"))
# Text without a mark in front that a modem says of itself.
_BOOT = (
    "RDY", "APP RDY", "SMS Ready", "SMS DONE", "PB DONE", "Call Ready", "NORMAL POWER DOWN",
    "POWERED DOWN", "REBOOTING", "REBOOT_CAUSE", "Boot:", "Neul", "u-blox", "Security", "Protocol",
    "Apps", "DST:", "OVER-VOLTAGE", "UNDER-VOLTAGE", "CLOSED", "RING", "NO CARRIER",
)  # fmt: skip
_COUNTED = (
    ('+QIURC: "recv",', 2, 3, ()),
    ("+QIRD:", 0, 1, ()),
    ("+QSSLRECV:", 0, 1, ()),
    ("+CIPRXGET: 2,", 2, 4, ()),
    ("+CIPRXGET: 3,", 2, 4, ()),
    ("+SHREAD:", 0, 1, ()),
    ("+IPD,", 0, 1, ()),
)

# A line that counted data cut off: its beginning, what stands between the number and them.
_INLINE = (("+CARECV:", ","), ("+USORF:", ',"'), ("+USORD:", ',"'))

GENERIC = Dialect(_FINALS, _ONLY, _PROMPTS, _BOOT, _COUNTED, _INLINE)
FAMILIES = {"boudica": GENERIC, "quectel": GENERIC, "simcom": GENERIC, "other": GENERIC}
