"""Sockets of the simulated modems, as a very simple driver uses them."""

import random
from binascii import unhexlify

from modem_host import HOST, PORT, Host

_OPENS = {
    "bc95": (("+NSOCR=STREAM,6,0,1", "OK\r\n"), (f"+NSOCO=1,10.64.0.1,{PORT}", "OK\r\n")),
    "bc66": ((f'+QIOPEN=1,0,"TCP","{HOST}",{PORT},0,0', "+QIOPEN: 0,0\r\n"),),
    "bc660k": (
        ('+QICFG="dataformat",0,1', "OK\r\n"),
        (f'+QIOPEN=0,0,"TCP","{HOST}",{PORT},0,1', "+QIOPEN: 0,0\r\n"),
    ),
    "bg95": (
        ("+QIACT=1", "OK\r\n"),
        (f'+QIOPEN=1,0,"TCP","{HOST}",{PORT},0,0', "+QIOPEN: 0,0\r\n"),
    ),
    "sim7020": (("+CSOC=1,1,1", "OK\r\n"), (f'+CSOCON=0,{PORT},"{HOST}"', "OK\r\n")),
    "sim7080": (
        ("+CNACT=0,1", "+APP PDP: 0,ACTIVE\r\n"),
        (f'+CAOPEN=0,0,"TCP","{HOST}",{PORT}', "+CAOPEN: 0,0\r\n\r\nOK\r\n"),
    ),
}
_ARRIVES = {
    "bc95": "+NSONMI:1,", "bc66": '+QIURC: "recv",0\r\n', "bg95": '+QIURC: "recv",0\r\n',
    "bc660k": '+QIURC: "recv",0,', "sim7020": "+CSONMI: 0,", "sim7080": "+CADATAIND: 0\r\n",
}  # fmt: skip
_CLOSES = {
    "bc95": "+NSOCL=1", "bc66": "+QICLOSE=0", "bg95": "+QICLOSE=0", "sim7020": "+CSOCL=0",
    "sim7080": "+CACLOSE=0", "bc660k": "+QICLOSE=0",
}  # fmt: skip
_MORE = (
    "", "E0", "+CMEE=1", "+CEREG=5;+CEREG?", "+CSQ", "+CCLK?", "+CPIN?", "+CGPADDR", "+CFUN?",
    '+CPSMS=1,,,"00100001","00000001"', "+CNMPSD", "+NUESTATS", "+QENG=0", "+COPS=0", "+CGATT?",
)  # fmt: skip


def open_socket(host: Host) -> None:
    for command, final in _OPENS[host.modem.model.name]:
        host.at(command, final)


def exchange(host: Host, data: bytes, *, until: str | None = None, is_open=False) -> bytes:
    """Open, send, and read what comes back; until: a line that is waited for before reading."""
    name = host.modem.model.name
    if not is_open:
        open_socket(host)
    digits = data.hex()
    if name == "bc95":
        host.at(f"+NSOSD=1,{len(data)},{digits}")
    elif name == "sim7020":
        host.at(f"+CSOSEND=0,{len(digits)},{digits}")
    else:
        verb, final = ("CASEND", "OK\r\n") if name == "sim7080" else ("QISEND", "SEND OK\r\n")
        host.at(f"+{verb}=0,{len(data)}", "> ")
        host.send(data)
        host.until(final)
    heard = host.until(_ARRIVES[name])
    if name in ("sim7020", "bc660k"):
        read = unhexlify(host.until("\r\n").split(",")[1].strip().strip('"'))
    if until:
        host.until(until)
    if name == "bc95":
        line = host.at("+NSORF=1,512").split("\r\n")
        read = unhexlify(next(one for one in line if one.count(",") == 5).split(",")[4])
    elif name == "sim7080":
        host.send(b"AT+CARECV=0,100\r")
        heard = host.wait(1.0)
        read = heard.split("+CARECV: ")[1].split(",", 1)[1] if "+CARECV" in heard else ""
        read = read.removesuffix("\r\n\r\nOK\r\n").encode("latin-1")
    elif name not in ("sim7020", "bc660k"):
        heard = host.at("+QIRD=0,1500", "\r\n\r\nOK\r\n")
        read = heard.split("+QIRD: ")[1].split("\r\n", 1)[1]
        read = read.removesuffix("\r\n\r\nOK\r\n").encode("latin-1")
    if not until:
        host.at(_CLOSES[name])
    return read


def tolerant_session(host: Host) -> None:
    """All commands of a session and some more, whatever is answered to them."""
    name = host.modem.model.name
    dice = random.Random(host.modem.seed)
    if host.modem.model.key_on_ms:
        host.press(host.modem.model.key_on_ms / 1000 + 0.1)
    host.wait(40.0)
    for _ in range(4):
        commands = ["", "E0", "+CMEE=1", *(one for one, _ in _OPENS[name])]
        commands += [f"+NSOSD=1,2,{b'hi'.hex()}"] * 3 if name == "bc95" else []
        commands += ["+CSOSEND=0,4,6869"] * 3 if name == "sim7020" else []
        commands += ["+QISEND=0,2", "hi", "+QISEND=0,2,hi", "+QIRD=0,1500"] * 2
        commands += ["+CASEND=0,2", "hi", "+CARECV=0,100", "+NSORF=1,100"] * 2
        commands += [dice.choice(_MORE) for _ in range(4)]
        commands += [_CLOSES[name]]
        for command in commands:
            text = command if command == "hi" else f"AT{command}\r"
            host.send(text.encode())
            host.now_us += dice.randrange(100_000, 4_000_000)
            host.modem.read(4096, host.now_us)
        host.now_us += dice.randrange(1_000_000, 7200_000_000)
        if host.modem.power in ("off", "psm") and host.modem.model.key_on_ms:
            host.press(host.modem.model.key_on_ms / 1000 + 0.1)
            host.wait(10.0)
