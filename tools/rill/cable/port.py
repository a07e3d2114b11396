"""The prompt of a board at a serial port. The only file that knows mpremote.

Raw REPL: what is sent runs on the board, what it prints comes back. Nothing here resets a board
by itself, but Ctrl-C ends what runs there: a meter is counting in its coprocessor all the same.
"""

import errno
import fcntl
import io
import os
import struct
import subprocess
import sys
import time
from ast import literal_eval
from collections.abc import Callable
from contextlib import contextmanager, redirect_stdout

import serial
from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport

from rill.cable.prompt import DeviceError, PortError, Prompt

BAUD = 115200
RESET = "import machine\nmachine.reset()"  # for leave(): the meter goes on with its work
_READ_S = 1.0  # of one read, so that a silent board is no endless wait
_ANSWER_S = 5.0  # of the prompt itself
_POLL_S = 0.001
_EN_S = 0.1  # a capacitor is there
_BUSY_S = 1.0  # for whoever looks at each port that is plugged in, as ModemManager does
_BOOT = b"\nrst:0x"  # what the ROM says first after a reset
_NEVER = b"\0\xff\0\xff"  # what no board says
_IN_STEP = b"print(1234567 * 9)\x04", b"11111103\r\n\x04\x04"


class NoPort(PortError):
    """There is no such device."""


class PortDenied(PortError):
    """This user must not open it."""


class PortBusy(PortError):
    """Another program has it open."""


class NoPrompt(PortError):
    """It is open, but no prompt of MicroPython answers. heard: what came instead."""

    def __init__(self, message: str, heard: bytes = b""):
        super().__init__(message)
        self.heard = heard


class Unplugged(PortError):
    """It has gone, or the board was reset, in the middle of what was done."""


class _Transport(SerialTransport):
    """is_asked: an answer is awaited. When the bootloader speaks instead, none will come."""

    is_asked = False
    ahead = b""  # of what came for a consumer: what lies behind the ending

    def read_until(
        self, min_num_bytes, ending, timeout=_ANSWER_S, data_consumer=None, timeout_overall=None
    ):
        data, began_s = bytearray(), time.monotonic()
        heard_s = began_s
        while not data.endswith(ending):
            now_s = time.monotonic()
            if new := self._new(ending, bool(data_consumer)):
                if data_consumer:
                    data_consumer(new)
                    del data[: -len(_BOOT)]  # all of it would be copied for each piece
                data += new
                heard_s = now_s
                if self.is_asked and _BOOT in data[-len(new) - len(_BOOT) :]:
                    raise TransportError("the board was reset")
                continue
            if timeout is not None and now_s >= heard_s + timeout:
                break
            if timeout_overall is not None and now_s >= began_s + timeout_overall:
                break
            time.sleep(_POLL_S)
        return bytes(data[-1:] if data_consumer else data)

    def _new(self, ending, takes_all):
        """What has come; of an answer for a consumer all at once, else byte by byte."""
        found = self.ahead
        if not found and (waiting := self.serial.in_waiting):
            found = self.serial.read(waiting if takes_all else 1)
        before, end, behind = found.partition(ending) if takes_all else (found[:1], b"", found[1:])
        self.ahead = behind
        return before + end


class Port(Prompt):
    """An open port. Raises NoPort, PortDenied, PortBusy."""

    def __init__(self, path: str, baud: int = BAUD):
        self.path = path
        until_s = time.monotonic() + _BUSY_S
        while True:
            try:
                self._transport = _Transport(path, baud, timeout=_READ_S)
                break
            except (TransportError, OSError, serial.SerialException) as error:
                reason = _why_not(path, error)
                if not isinstance(reason, PortBusy) or time.monotonic() > until_s:
                    raise reason from error
            time.sleep(_BUSY_S / 10)
        self.forget()

    def __enter__(self) -> "Port":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """The board goes back to its friendly prompt, when it is there at all."""
        try:
            if self._transport.in_raw_repl:
                self._transport.exit_raw_repl()
            self._transport.close()
        except (OSError, serial.SerialException):
            self._transport.serial.close()  # it has gone

    def enter(self, soft_reset: bool = False, wait_s: float = _ANSWER_S) -> None:
        """Get the prompt; what runs gets Ctrl-C. soft_reset: and a fresh interpreter.

        A meter takes 1 to 3 s to open its prompt, and then finds what came meanwhile: so it may
        be tried again. Raises NoPrompt after wait_s.
        """
        said = io.StringIO()
        self._transport.ahead = b""
        with _as_unplugged(self.path), redirect_stdout(said):
            try:
                self._transport.enter_raw_repl(soft_reset, timeout_overall=wait_s)
                self._catch_up()
            except TransportError as error:
                heard = said.getvalue().strip()
                raise NoPrompt(
                    f"no prompt of MicroPython at {self.path}: `rill doctor {self.path}` says why",
                    literal_eval(heard) if heard.startswith("b") else b"",
                ) from error
        self.forget()

    def _catch_up(self) -> None:
        """Hear what it says to the tries before, which it answers, too."""
        sent, answer = _IN_STEP
        self._transport.serial.write(sent)
        if not self._transport.read_until(1, answer).endswith(answer):
            raise TransportError("could not enter raw repl")

    def exec(self, code: str, timeout_s: float = 10.0, hear: Callable | None = None) -> str:
        """Run code on the board; what it printed. hear(bytes): as it comes.

        timeout_s: the longest silence. Raises DeviceError, Unplugged.
        """
        with _as_unplugged(self.path):
            self._transport.is_asked = True
            try:
                out, err = self._transport.exec_raw(code, timeout_s, hear)
            finally:
                self._transport.is_asked = False
        if err:
            raise DeviceError(err.decode(errors="replace"))
        return out.decode(errors="replace").replace("\r\n", "\n")

    def leave(self, act: str) -> None:
        """Run what doesn't come back: machine.reset() and the like."""
        with _as_unplugged(self.path):
            self._transport.exec_raw_no_follow(act)
        self._transport.in_raw_repl = False

    def send(self, data: bytes) -> None:
        """As typed."""
        with _as_unplugged(self.path):
            self._transport.serial.write(data)

    def hear(self, seconds: float, until: bytes | None = None) -> bytes:
        """What comes within so many seconds, or until it has come."""
        with _as_unplugged(self.path):
            ending = _NEVER if until is None else until
            return self._transport.read_until(1, ending, timeout=seconds, timeout_overall=seconds)

    def reset_by_lines(self) -> bool:
        """Press EN with RTS, as esptool does; False where the port has no such line."""
        try:
            self._transport.serial.dtr = False
            self._transport.serial.rts = True
            time.sleep(_EN_S)
            self._transport.serial.rts = False
        except OSError as error:
            if error.errno in (errno.ENOTTY, errno.EINVAL):
                return False
            raise Unplugged(f"{self.path} has gone: {error}") from error
        return True


def run_terminal(path: str) -> int:
    """mpremote's own terminal at the prompt, until Ctrl-]; its exit status."""
    command = [sys.executable, "-m", "mpremote", "connect", path, "resume", "repl"]
    return subprocess.call(command)


@contextmanager
def _as_unplugged(path: str):
    try:
        yield
    except PortError:
        raise
    except (TransportError, OSError, serial.SerialException, struct.error) as error:
        raise Unplugged(
            f"the board at {path} stopped answering: was the cable pulled, or the board reset?"
        ) from error


def _why_not(path: str, error: Exception) -> PortError:
    """The reason why a port could not be opened."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except FileNotFoundError:
        return NoPort(f"there is no port {path}")
    except PermissionError:
        return PortDenied(
            f"{path} must not be opened by this user: add it to the port's group"
            " (on Debian: sudo usermod -aG dialout $USER, then log in again)"
        )
    except OSError as other:
        if other.errno == errno.EBUSY:
            return PortBusy(f"another program has {path} open: close it")
        return NoPort(f"{path} can't be opened: {other.strerror}")
    try:
        if not os.isatty(fd):
            return NoPort(f"{path} is no serial port")
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return PortBusy(f"another program has {path} open: close it")
    finally:
        os.close(fd)
    return PortError(f"{path} can't be opened: {error.__cause__ or error}")
