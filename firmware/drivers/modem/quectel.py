"""What all of Quectel's modules have in common: sockets that keep what comes until it is read.

The numbers of errors are those of its TCP/IP manuals.
"""

from firmware.core import fault

SPEED = (("AT+IPR={baud}", "", 300),)
WAKES_BY_KEY = True
COUNTED = (("+QIRD:", "", "n nqd"),)
CAUSES = {
    565: fault.DNS, 564: fault.DNS, 561: fault.CONTEXT, 570: fault.CONTEXT,
    563: fault.CLOSED, 566: fault.CONNECT, 567: fault.CLOSED, 569: fault.CONNECT,
}  # fmt: skip
CREATE = ""
OPEN = (
    ('AT+QIOPEN=1,{id},"TCP","{host}",{port},0,0', "ok", 1000),
    ("", "+QIOPEN: {id},=0", 150_000),
)
WHY = "AT+QIGETERROR"
SEND = (("AT+QISEND={id},{n}", "prompt", 5000), (">", "SEND =OK", 10_000))
READ = "AT+QIRD={id},{n}"
ARRIVED: tuple = ('+QIURC: "recv",{id}',)
PUSHED: tuple = ()
CLOSED = ('+QIURC: "closed",{id}', '+QIURC: "pdpdeact"')
CLOSE = (("AT+QICLOSE={id}", "any", 10_000),)
