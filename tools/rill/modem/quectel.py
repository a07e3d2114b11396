"""What BC66 and BG95 have in common: sockets with a prompt, reads that are counted."""

from __future__ import annotations

from binascii import unhexlify
from typing import TYPE_CHECKING

from rill.modem.attaching import COMMON
from rill.modem.call import Call, Refused, Reply, Table
from rill.modem.common import flag
from rill.modem.dialect import Dialect
from rill.modem.sockets import Connection

if TYPE_CHECKING:
    from rill.modem.modem import Modem

QUECTEL = Table(COMMON)
_CODES = {
    "ok": 0, "network": 561, "busy": 563, "name": 565, "refused": 566, "closed": 567,
}  # fmt: skip
_TEXTS = {
    0: "operate successfully", 561: "open PDP context failed",
    563: "socket identity has been used", 565: "DNS parse failed",
    566: "socket connect failed", 567: "socket has been closed",
}  # fmt: skip
QUECTEL("+QURCCFG")(lambda m, call: [])


def note(m: Modem, result: str) -> int:
    """What QIGETERROR will say."""
    m.settings.flags["error"] = _CODES[result]
    return _CODES[result]


@QUECTEL("+QIGETERROR")
def _qigeterror(m: Modem, call: Call) -> list[str]:
    code = m.settings.flags.get("error", 0)
    return [f"+QIGETERROR: {code},{_TEXTS[code]}"]


@QUECTEL("+QCCID")
def _qccid(m: Modem, call: Call) -> list[str]:
    m.card.require()
    return [f"+QCCID: {m.card.iccid}"]


@QUECTEL("+QICFG")
def _qicfg(m: Modem, call: Call) -> list[str]:
    name = call.text(0)
    if name == "dataformat" and len(call.args) > 1:
        m.settings.flags["send_hex"] = call.number(1, 0, 1)
        m.settings.flags["read_hex"] = call.number(2, 0, 1)
    elif name == "dataformat":
        flags = m.settings.flags
        send, read = flags.get("send_hex", 0), flags.get("read_hex", 0)
        return [f'+QICFG: "dataformat",{send},{read}']
    return []


def open_socket(m: Modem, call: Call, first: int) -> Reply:
    """first: the place of the socket's number among the parameters."""
    context, number = call.number(0, 0, 16), call.number(first, 0, m.model.sockets - 1)
    if call.text(first + 1) != "TCP" or context > 16:
        raise Refused()
    host, port = call.text(first + 2), call.number(first + 3, 1, 65535)
    call.number(first + 4, 0, 65535, default=0)
    mode = call.number(first + 5, 0, 2, default=0)
    if mode == 2:
        raise Refused(4)
    if m.dialect.needs_activation and not m.net.is_active:
        result = "network"
    else:
        result = m.net.open(number, host, port)
    if result == "ok":
        m.net.connections[number].is_push = mode == 1
    code = note(m, result)
    wait_s = m.radio.rtt_s() * (1.5 if result == "ok" else 3) if result != "busy" else 0.1

    def tell() -> None:
        m.urc(f"+QIOPEN: {number},{code}")

    return Reply(then=lambda: m.agenda.after(wait_s, tell))


@QUECTEL("+QISEND")
def _qisend(m: Modem, call: Call) -> Reply:
    number = call.number(0, 0, m.model.sockets - 1)
    connection = m.net.connections.get(number)
    if connection is None or connection.is_closed:
        note(m, "closed")
        raise Refused(None)
    size = call.number(1, 0, m.model.send_bytes)
    if not size:
        sent = connection.sent
        unacked = 0 if m.agenda.now_us > m.radio.is_busy_until_us else min(sent, 1)
        return Reply([f"+QISEND: {sent},{sent - unacked},{unacked}"])
    is_hex = m.settings.flags.get("send_hex", 0)

    def send(data: bytes) -> Reply:
        if is_hex:
            try:
                data = unhexlify(data)
            except ValueError:
                raise Refused() from None
        return _sent(m, m.net.send(number, data))

    if call.has(2):
        text = call.text(2).encode("latin-1")
        if len(text) != size * (2 if is_hex else 1):
            raise Refused()
        return send(text)
    return Reply(prompt=(size * (2 if is_hex else 1), send))


def _sent(m: Modem, taken: bool) -> Reply:
    before = ["OK"] if taken and m.model.name != "bg95" else []
    return Reply(before, "SEND OK" if taken else "SEND FAIL", after_s=0.05)


@QUECTEL("+QIRD")
def _qird(m: Modem, call: Call) -> Reply:
    number = call.number(0, 0, m.model.sockets - 1)
    connection = m.net.connections.get(number)
    wanted = call.number(1, 0, m.model.read_bytes, default=m.model.read_bytes)
    if connection is None:
        note(m, "closed")
        raise Refused(None)
    if call.has(1) and not wanted:
        unread = len(connection.received)
        total = connection.bytes_down
        return Reply([f"+QIRD: {total},{total - unread},{unread}"])
    data = m.net.take(number, wanted)
    if not data:
        connection.is_told = False
        return Reply(["+QIRD: 0"])
    shown = data.hex().upper().encode() if m.settings.flags.get("read_hex") else data
    return Reply([f"+QIRD: {len(data)}", shown])


@QUECTEL("+QISTATE")
def _qistate(m: Modem, call: Call) -> list[str]:
    lines = []
    for number, one in sorted(m.net.connections.items()):
        state = 4 if one.is_closed else 2
        lines.append(
            f'+QISTATE: {number},"TCP","{one.host}",{one.port},{20000 + number},{state},'
            f'1,0,{int(one.is_push)},"uart1"'
        )
    return lines


@QUECTEL("+QICLOSE")
def _qiclose(m: Modem, call: Call) -> Reply:
    number = call.number(0, 0, m.model.sockets - 1)
    was_open = number in m.net.connections
    m.net.close(number)
    if m.model.name == "bg95":
        return Reply(after_s=0.4)
    if not was_open:
        return Reply(final="ERROR")

    def closed() -> None:
        m.wire.say(b"\r\nCLOSE OK\r\n", m.agenda.now_us)

    return Reply(then=lambda: m.agenda.after(0.05, closed))


@QUECTEL("+QIDNSGIP")
def _qidnsgip(m: Modem, call: Call) -> Reply:
    call.number(0, 0, 16)
    host = call.text(1)

    def found() -> None:
        address = None
        if m.net.is_active or not m.dialect.needs_activation:
            address = m.net.find(host)
        note(m, "ok" if address else "name")
        if not address:
            m.urc('+QIURC: "dnsgip",565')
            return
        m.urc('+QIURC: "dnsgip",0,1,600')
        m.urc(f'+QIURC: "dnsgip","{address}"')

    wait_s = m.net.asks()
    return Reply(then=lambda: m.agenda.after(wait_s, found))


@QUECTEL("+QPOWD")
def _qpowd(m: Modem, call: Call) -> Reply:
    call.number(0, 0, 2, default=1)
    return Reply(then=lambda: m.switch_off(0.5))


QUECTEL("+QSCLK")(flag("+QSCLK", high=2, default=1))


class Quectel(Dialect):
    noises: tuple[str, ...] = ("+CSCON: 1", "+CSCON: 0", '+CTZE: "+08",0')

    def received(self, m: Modem, connection: Connection, data: bytes) -> None:
        number = connection.number
        if connection.is_push:
            head = f'\r\n+QIURC: "recv",{number},{len(data)}'.encode()
            if m.settings.flags.get("read_hex"):
                text = head + b',"' + data.hex().upper().encode() + b'"\r\n'
            else:
                text = head + b"\r\n" + data + b"\r\n"
            m.wire.say(text, m.agenda.now_us)
            return
        connection.received += data
        if not connection.is_told:
            connection.is_told = True
            m.urc(f'+QIURC: "recv",{number}')

    def closed(self, m: Modem, connection: Connection) -> None:
        m.urc(f'+QIURC: "closed",{connection.number}')

    def pdn_lost(self, m: Modem) -> None:
        m.urc('+QIURC: "pdpdeact",1')

    def zone_lines(self, m: Modem) -> list[str]:
        return [f'+CTZE: "{m.clock.zone:+03}",0,"{m.clock.text()}"']
