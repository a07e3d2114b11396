"""One life of the interpreter on the board behind a cable: from a reset to the next."""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
import tty
from collections.abc import Callable
from pathlib import Path

from rill import operations as op
from rill.interpreter import micropython

_MARK = termios.NOFLSH  # of the terminal while a program runs; the prompt's mode has no flags
_HEAD = struct.Struct("<BIq")
_INTERRUPTED = -(1 << 62)  # as in board/serve.py
_QUIET_S = 0.1  # without a request: no answer can bring Ctrl-C, a signal does
_STUBBORN_S = 3.0  # a program that goes on after Ctrl-C gets what was typed behind it
_PART_S = 0.1
_MOST_BYTES = 4096  # of a look at what is printed
_CTRL_C = b"\x03"
_RAW = b"raw REPL; CTRL-B to exit\r\n"
_FRIENDLY = b'Type "help()" for more information.'
_BANNER = re.compile(rb"MicroPython [^\r\n]* version\r\n")
_BEGINNING = re.compile(rb"MicroPython [^\r\n]*$")
# The flash's driver, and those whose answer is bytes.
_UNDISTURBED = (op.FLASH_ACT, op.BYTES, op.UART_READ, op.WIRE_READ)
_NOT_PASTED, _COMES, _RUNS = _PASTE = ("not pasted", "comes", "runs")
_PASTE_ENDS = {_NOT_PASTED: b"R\x01\x80\x00\x01", _COMES: b"\x04", _RUNS: b"\x04>"}
_ENDS = {
    op.DEEP_SLEEP_MS: "sleep",
    op.RESET: "reset",
    op.RESTART: "restart",
    op.FUSE: "cut",
}


class Life:
    """arguments(request_fd, answer_fd): of the interpreter. answer(operation, value, data): of the
    world; None: later, it is asked again with each step().

    banner: with which the prompt greets. raw: the prompt is a raw one from the beginning, as
    behind a soft reset from there.
    """

    def __init__(
        self,
        arguments: Callable[[int, int], list[str]],
        folder: Path,
        answer: Callable[[int, int, bytes], int | bytes | None],
        banner: bytes,
        raw: bool = False,
    ):
        self._answer = answer
        self._banner = banner
        self.is_raw = False
        self._wants_raw = raw
        self._first: bytes | None = b"" if raw else None  # held back: no friendly prompt is seen
        self._interrupted_s: float | None = None  # until the prompt is there
        self._has_ctrl_c = False  # that is still to be delivered
        self._held = b""  # what was typed behind it
        self._part, self._part_s = b"", 0.0
        self._is_alive = False
        self._heeds_ctrl_c = True  # micropython.kbd_intr()
        self._paste, self._mark_begins = _NOT_PASTED, b""
        self._last_request_s = time.monotonic()
        self._late: tuple[int, int, bytes] | None = None
        self._was_return = False
        self.ending: tuple[str, int] | None = None
        self.fd, self._terminal = os.openpty()
        tty.setraw(self._terminal)
        modes = termios.tcgetattr(self._terminal)
        modes[3] |= _MARK
        termios.tcsetattr(self._terminal, termios.TCSANOW, modes)
        self.request_fd, requests = os.pipe()
        answers, self._answer_fd = os.pipe()
        fcntl.fcntl(self.request_fd, fcntl.F_SETPIPE_SZ, 1 << 20)
        self._process = subprocess.Popen(
            [*micropython(), "-i", *arguments(requests, answers)],
            stdin=self._terminal,
            stdout=self._terminal,
            stderr=self._terminal,
            cwd=folder,
            pass_fds=(requests, answers),
            start_new_session=True,
        )
        os.close(requests)
        os.close(answers)

    def at_prompt(self) -> bool:
        """True while what is typed is read by the prompt and not by a program."""
        return self._paste != _RUNS and not termios.tcgetattr(self._terminal)[3] & _MARK

    def type(self, data: bytes) -> None:
        """What has come over the line."""
        if self._interrupted_s is not None:
            self._held += data
        elif _CTRL_C in data and self._heeds_ctrl_c and not self.at_prompt():
            before, _, behind = data.partition(_CTRL_C)
            self._feed(before)
            self._held = behind.replace(_CTRL_C, b"")  # those that come at once are one
            self._interrupted_s = time.monotonic()
            self._has_ctrl_c = True
        else:
            self._feed(data)

    def output(self, most: int = _MOST_BYTES) -> bytes:
        """What the interpreter has printed, as an ESP32 sends it; more than so much later."""
        data = before = self._part
        self._part = b""
        while len(data) < most and select.select([self.fd], [], [], 0)[0]:
            more = os.read(self.fd, _MOST_BYTES)
            data += _with_returns(more, self._was_return)
            self._was_return = more.endswith(b"\r")
        data = _BANNER.sub(self._banner + b"\r\n", data)
        if found := _BEGINNING.search(data):  # of a banner, which comes in pieces
            if found[0] != before:
                self._part_s = time.monotonic()
            if time.monotonic() - self._part_s < _PART_S:
                self._part, data = found[0], data[: found.start()]
        self._note_mode(data)
        return data if self._first is None else self._without_first_prompt(data)

    def step(self) -> None:
        """Serve what the interpreter asks for, and Ctrl-C."""
        if self._late:
            self._give(*self._late)
        while self.ending is None and select.select([self.request_fd], [], [], 0)[0]:
            self._serve()
        if self._wants_raw and self._first and self.at_prompt():
            self._wants_raw = False
            self._feed(b"\x01")
        self._press()

    def end(self) -> None:
        """The process is gone when it returns."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for fd in (self.fd, self._terminal, self.request_fd, self._answer_fd):
            os.close(fd)

    def _feed(self, data: bytes) -> None:
        while data:
            data = data[os.write(self.fd, data) :]

    def _note_mode(self, data: bytes) -> None:
        raw, friendly = data.rfind(_RAW), data.rfind(_FRIENDLY)
        if raw > friendly:
            self.is_raw = True
        elif friendly >= 0:
            self.is_raw = False
        # What was pasted runs in the terminal's mode of the prompt.
        data = self._mark_begins + data
        while (mark := _PASTE_ENDS[self._paste]) in data:
            data = data[data.index(mark) + len(mark) :]
            self._paste = _PASTE[(_PASTE.index(self._paste) + 1) % len(_PASTE)]
        self._mark_begins = data[-len(mark) + 1 :] if len(mark) > 1 else b""

    def _without_first_prompt(self, data: bytes) -> bytes:
        """Behind a soft reset from the raw prompt there is no friendly one first."""
        data = (self._first or b"") + data
        before, banner, behind = data.partition(self._banner)
        self._first = banner + behind
        if _RAW in behind:
            self._first = None
            return before + behind[behind.index(_RAW) :]
        return before

    def _serve(self) -> None:
        head = _read(self.request_fd, _HEAD.size)
        if len(head) < _HEAD.size:
            self.ending = ("exit", 0)
            return
        operation, size, value = _HEAD.unpack(head)
        data = _read(self.request_fd, size)
        self._last_request_s = time.monotonic()
        self._is_alive = True
        if operation in _ENDS:
            self.ending = (_ENDS[operation], value)
        elif operation in (op.CROSSINGS, op.HEAP_PEAK, op.WEAR):
            self._send(0)
        elif operation == op.KBD_INTR:
            self._heeds_ctrl_c = value == ord(_CTRL_C)
            self._send(0)
        elif operation != op.FLASH_READ:
            self._give(operation, value, data)

    def _give(self, operation: int, value: int, data: bytes) -> None:
        if self._has_ctrl_c and self._heeds_ctrl_c and operation not in _UNDISTURBED:
            self._late, self._has_ctrl_c = None, False
            self._send(_INTERRUPTED)
            return
        answer = self._answer(operation, value, data)
        self._late = (operation, value, data) if answer is None else None
        self._last_request_s = time.monotonic()
        if answer is not None:
            self._send(answer)

    def _send(self, answer: int | bytes) -> None:
        if isinstance(answer, bytes):
            data = struct.pack("<qI", 0, len(answer)) + answer
        else:
            data = struct.pack("<qI", answer, 0)
        os.write(self._answer_fd, data)

    def _press(self) -> None:
        """Ctrl-C for a program that asks the world nothing; then what was typed behind it."""
        if self._interrupted_s is None:
            return
        now_s = time.monotonic()
        if self.at_prompt():
            self._heeds_ctrl_c = True  # the prompt sets it for each line
            if self._has_ctrl_c:
                self._feed(_CTRL_C)
            self._go_on()
        elif self._has_ctrl_c and self._heeds_ctrl_c and self._is_alive:
            if now_s - max(self._last_request_s, self._interrupted_s) > _QUIET_S:
                self._has_ctrl_c = False
                self._process.send_signal(signal.SIGINT)
        elif self._heeds_ctrl_c and not self._has_ctrl_c and _CTRL_C in self._held:
            self._held = self._held.replace(_CTRL_C, b"", 1)
            self._interrupted_s, self._has_ctrl_c = now_s, True
        elif now_s - self._interrupted_s > _STUBBORN_S:
            self._go_on()

    def _go_on(self) -> None:
        self._has_ctrl_c, self._interrupted_s = False, None
        held, self._held = self._held, b""
        self.type(held)


def _with_returns(data: bytes, was_return: bool) -> bytes:
    """As the image's standard output: \\n becomes \\r\\n."""
    if was_return and data.startswith(b"\n"):
        return data[:1] + re.sub(rb"(?<!\r)\n", b"\r\n", data[1:])
    return re.sub(rb"(?<!\r)\n", b"\r\n", data)


def _read(fd: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = os.read(fd, size - len(data))
        if not more:
            break
        data += more
    return data
