"""BC660K: as BC66, but it pushes what comes, here in hex, and keeps none of it."""

from firmware.drivers.modem.families.bc66 import *  # noqa: F403  # what both have in common
from firmware.drivers.modem.words import dialect

NAMES = ("BC660K",)
DIALECT = dialect(("RDY",))
WAKES_BY_KEY = False  # by a byte, which is lost

SETUP = (
    ("AT+QSCLK=0", "any", 1000),
    ('AT+QICFG="dataformat",0,1', "ok", 1000),
)
OPEN = (
    ('AT+QIOPEN=0,{id},"TCP","{host}",{port},0,1', "ok", 1000),
    ("", "+QIOPEN: {id},=0", 150_000),
)
READ = ""
ARRIVED = ()
PUSHED = ('+QIURC: "recv",{id},',)
