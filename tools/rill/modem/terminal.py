"""The command line of a modem: bytes to commands, answers to bytes, and what goes wrong there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rill.modem.call import TEXTS, Call, Lines, Refused, Reply, parse, parts

if TYPE_CHECKING:
    from rill.modem.modem import Modem

_LINE_BYTES = 3500
_WAITING_LINES = 4
_QUICK_S = (0.005, 0.05)
_SILENCE_US = 5_000_000
_DEAF_S = (60, 180)
_ESCAPE = b"\x1b"
_PLUSES = b"+++"


class Terminal:
    def __init__(self, modem: Modem):
        self._m = modem
        self._heard_us = -_SILENCE_US
        self._held: bytes = b""  # an answer that waits for the next command
        self.refused: str | None = None  # by the fault cme3
        self.is_deaf = False
        self.restart()

    def restart(self) -> None:
        """As after a reset."""
        self._line = bytearray()
        self._waiting: list[str] = []
        self._is_busy = self.is_online = self.is_deaf = False
        self._wanted = 0
        self._data = bytearray()
        self._take: Callable[[bytes], Reply] | None = None
        self._held = b""

    def is_working(self) -> bool:
        return self._is_busy or bool(self._take) or self.is_online

    # From the host.

    def hear(self, data: bytes) -> None:
        now_us = self._m.agenda.now_us
        is_first = now_us - self._heard_us > _SILENCE_US
        self._heard_us = now_us
        if is_first and self._m.faults.hit("first_byte_lost", now_us):
            data = data[1:]
        if self.is_online:
            self._hear_online(data)
        elif data == _ESCAPE and self._take:
            self._take = None
            self._emit(self._final("ERROR"))
        else:
            for byte in data:
                self._byte(byte)

    def _hear_online(self, data: bytes) -> None:
        if data.strip() == _PLUSES:
            self.is_online = False
            self._emit(self._final("OK"))

    def _byte(self, byte: int) -> None:
        if self._take:
            self._data.append(byte)
            if len(self._data) >= self._wanted:
                take, self._take = self._take, None
                self._do(lambda: take(bytes(self._data)))
        elif byte == 13:
            line = self._line.decode("latin-1")
            self._line.clear()
            self._whole(line)
        elif byte == 8:
            del self._line[-1:]
        elif byte == 27:
            self._line.clear()
        elif byte != 10 and len(self._line) < _LINE_BYTES:
            self._line.append(byte)

    def _whole(self, line: str) -> None:
        m, now_us = self._m, self._m.agenda.now_us
        if self.is_deaf:
            return
        if m.faults.hit("urc_before_echo", now_us):
            m.urc(m.dialect.noise(m))
        if m.settings.echo:
            m.wire.say(line.encode("latin-1") + b"\r", now_us)
        if self._held:
            held, self._held = self._held, b""
            m.wire.say(held, now_us)
        at = line.upper().find("AT")
        if at < 0:
            return
        m.autobaud_done()
        if self._is_busy:
            self._waiting = [*self._waiting, line[at + 2 :]][-_WAITING_LINES:]
        else:
            self._begin(line[at + 2 :])

    def _begin(self, line: str) -> None:
        m, now_us = self._m, self._m.agenda.now_us
        m.live_a_little()
        if m.power != "on":
            return
        if m.faults.hit("cops_deaf", now_us):
            self.is_deaf = self._is_busy = True
            m.agenda.after(m.random.uniform(*_DEAF_S), self._hears_again)
            return
        if m.faults.hit("sleeps_midway", now_us) and m.radio.granted:
            m.sleep()
            return
        self._do(lambda: self._obey(line))

    def _hears_again(self) -> None:
        self.is_deaf = False
        self._say_answer(self._final("ERROR"))
        self._next()

    # The command.

    def _obey(self, line: str) -> Reply:
        """Part by part; the last one may take its time."""
        commands = parts(line)
        if not commands:
            return Reply()
        said: list[str | bytes] = []
        before = b""
        for command in commands[:-1]:
            reply = self._one(command)
            if self._m.model.ok_per_part:
                before += self._block(reply.lines) + self._final("OK")
            else:
                said += reply.lines
            if reply.then:
                reply.then()
        try:
            last = self._one(commands[-1])
        except Refused as refused:
            last = Reply(final=self._refusal(refused.code))
        last.lines = [*said, *last.lines]
        if before:
            self._m.wire.say(before, self._m.agenda.now_us)
        return last

    def _one(self, command: str) -> Reply:
        m = self._m
        call = parse(command) or Call(command, "run")
        handler = m.dialect.table.handlers.get(call.name)
        if call.name.startswith("D*99"):
            handler = m.dialect.table.handlers.get("D")
        if handler is None:
            raise Refused(None)
        if self.refused is None and call.name[0] in "+*" and call.kind == "set":
            self.refused = call.name if m.faults.hit("cme3", m.agenda.now_us) else None
        if call.name == self.refused and call.kind == "set":
            raise Refused(3)
        return _reply(handler(m, call))

    def _do(self, work: Callable[[], Reply]) -> None:
        """Work, then answer when it is time."""
        m = self._m
        self._is_busy = True
        try:
            reply = work()
        except Refused as refused:
            reply = Reply(final=self._refusal(refused.code))
        if m.power != "on":
            return
        delay_s = m.random.uniform(*_QUICK_S) + reply.after_s
        if m.faults.hit("late_answer", m.agenda.now_us):
            delay_s += m.random.uniform(10, 90)
        m.agenda.after(delay_s, lambda: self._answer(reply))

    def _answer(self, reply: Reply) -> None:
        m, now_us = self._m, self._m.agenda.now_us
        if reply.prompt:
            self._ask(reply)
            return
        lines = self._block(reply.lines)
        if lines and m.faults.hit("urc_in_answer", now_us):
            lines += self._block([m.text(m.dialect.noise(m))])
        self._say_answer(lines + (self._final(reply.final) if reply.final else b""))
        if m.power != "on":
            return
        if reply.then:
            reply.then()
        self._next()

    def _ask(self, reply: Reply) -> None:
        m, now_us = self._m, self._m.agenda.now_us
        self._is_busy = False
        if m.faults.hit("urc_before_prompt", now_us):
            m.urc(m.dialect.noise(m))
        if m.faults.hit("prompt_after_error", now_us):
            self._emit(self._final("ERROR"))
            return
        assert reply.prompt
        self._wanted, self._take = reply.prompt
        self._data = bytearray()
        if not m.faults.hit("prompt_never", now_us):
            self._emit(m.dialect.prompt)

    def _next(self) -> None:
        self._is_busy = False
        if self._waiting:
            self._begin(self._waiting.pop(0))

    # To the host.

    def _refusal(self, code: int | None) -> str:
        cmee = self._m.settings.cmee
        if code is None or not cmee:
            return "ERROR"
        return f"+CME ERROR: {TEXTS.get(code, 'unknown') if cmee == 2 else code}"

    def _block(self, lines: Lines) -> bytes:
        if not lines:
            return b""
        found = [one if isinstance(one, bytes) else self._m.encoded(one) for one in lines]
        return b"\r\n" + b"\r\n".join(found) + b"\r\n"

    def _final(self, text: str) -> bytes:
        return b"\r\n" + self._m.encoded(text) + b"\r\n"

    def _say_answer(self, data: bytes) -> None:
        """With what may happen to an answer on its way."""
        m, now_us = self._m, self._m.agenda.now_us
        if m.faults.hit("no_answer", now_us):
            return
        if m.faults.hit("shifted_answer", now_us):
            self._held = data
            return
        if m.faults.hit("cut_line", now_us):
            m.wire.say(data[: m.random.randrange(len(data) + 1)], now_us)
            m.reboot("UNKNOWN")
            return
        if m.faults.hit("garbage", now_us):
            m.wire.say(m.random.randbytes(m.random.randrange(1, 9)), now_us)
        self._emit(data)

    def _emit(self, data: bytes) -> None:
        self._m.wire.say(data, self._m.agenda.now_us)


def _reply(found: Reply | Lines | None) -> Reply:
    return found if isinstance(found, Reply) else Reply(found or ())
