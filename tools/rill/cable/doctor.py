"""Why a board does not answer, or not as a meter should: one cause, and what to do about it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from rill.cable.board_side import START, STATE
from rill.cable.found import OLDEST_IMAGE, Found, described, dotted, find_out
from rill.cable.port import (
    RESET,
    DeviceError,
    NoPrompt,
    Port,
    PortBusy,
    PortDenied,
    PortError,
)
from rill.cable.reaching import PROMPT, storm
from rill.cable.sayings import of_meter
from rill.cable.writing import HALVES
from rill.image import USUAL_BOARD, boards

_LISTEN_S = 1.5
_TRY_S = 2.5
_PATIENCE_S = 10.0
_LOOP_BOOTS = 2  # in the time of listening, before anything was sent
_LEAST_TEXT = 0.7  # share of printable bytes
_BOOT = b"rst:0x"
_BOOT_WORDS = ("rst:", "ets ", "configsip:", "clk_drv:", "mode:", "load:", "ho ", "entry ")
_CRASHES_TO_SAFE_MODE = 3  # as in firmware/waking.py
# None: not even the usual board can be loaded, so it can't be told.
_BOARD_FAULT = f"""
def _board_fault():
    try:
        from firmware.boards import {USUAL_BOARD} as usual
    except Exception:
        return None
    try:
        from board import board
    except Exception as e:
        return "board.py can't be loaded: %s %s" % (type(e).__name__, e)
    lacks = [n for n in dir(usual) if n.isupper() and not hasattr(board, n)]
    return "board.py has no " + ", ".join(lacks) if lacks else None
"""


@dataclass(frozen=True)
class Diagnosis:
    """cause: one word of CAUSES. found: what was seen. remedy: what to do."""

    cause: str
    found: str
    remedy: str

    @property
    def is_well(self) -> bool:
        return self.cause in ("well", "asleep")


# What else a bootloader says, with its cause and what to do.
_SAYINGS = (
    (b"invalid header", "no_image", "there is no image on its flash",
     "`rill flash` puts MicroPython onto it"),
    (b"flash read err", "no_image", "its flash can't be read",
     "`rill flash`; if it stays so, the module is broken"),
    (b"Brownout detector", "power", "its voltage breaks down as it starts",
     "another cell or cable; a capacitor of 470 uF at the module"),
    (b"waiting for download", "download", "it waits for a download: GPIO0 is held low",
     "let go of BOOT, press EN"),
)  # fmt: skip


def diagnose(path: str, tell: Callable[[str], None], patience_s: float = _PATIENCE_S) -> Diagnosis:
    """tell: what the person has to do at the board, within patience_s."""
    try:
        port = Port(path)
    except PortDenied as error:
        return Diagnosis("denied", str(error), "as above, or a udev rule for the adapter")
    except PortBusy as error:
        return Diagnosis("busy", str(error), f"`fuser {path}` names the program")
    except PortError as error:
        return Diagnosis("no_port", str(error), "plug it in; `ls /dev/tty*` before and after")
    with port:
        try:
            return _of_open(port, tell, patience_s)
        except PortError as error:
            return Diagnosis("unplugged", str(error), "look at the cable, and try again")


def _of_open(port: Port, tell: Callable[[str], None], patience_s: float) -> Diagnosis:
    heard = port.hear(_LISTEN_S)
    loops = heard.count(_BOOT) >= _LOOP_BOOTS
    if loops:
        return _of_words(port, heard + port.hear(_LISTEN_S), loops)
    if _enters(port, patience_s):
        return _at_prompt(port, False)
    tell("nothing answers: press BOOT if a meter sleeps there, else EN, now")
    heard += storm(port, patience_s)
    # The last means: a meter that slept has lost the pulses since its last reading then.
    if PROMPT not in heard and _BOOT not in heard and port.reset_by_lines():
        heard += storm(port, patience_s)
    if heard.endswith(PROMPT) and _enters(port, patience_s):
        return _at_prompt(port, _BOOT in heard)
    return _of_words(port, heard, loops)


def _enters(port: Port, patience_s: float) -> bool:
    if not storm(port, _TRY_S).endswith(PROMPT):
        return False
    try:
        port.enter(wait_s=patience_s)
        return True
    except NoPrompt:
        return False


def _of_words(port: Port, heard: bytes, loops: bool) -> Diagnosis:
    """No prompt: what it says by itself has to do."""
    for words, cause, found, remedy in _SAYINGS:
        if words in heard:
            return Diagnosis(cause, found, remedy)
    if loops:
        return Diagnosis(
            "boot_loop",
            f"it starts again and again: {_last_error(heard)}",
            "`rill deploy --force` may catch it between two starts; else `rill flash`",
        )
    if not heard:
        return Diagnosis(
            "silent",
            "not one byte came, not even at its reset",
            "is it powered (3.3 V at the module)? TX and RX swapped? A meter sleeps: press BOOT",
        )
    text = sum(32 <= byte < 127 or byte in b"\r\n\t\x1b" for byte in heard)
    if text < _LEAST_TEXT * len(heard):
        return Diagnosis(
            "speed",
            f"{len(heard)} bytes came, and they are no text: it speaks at another speed",
            f"{port.path} is at 115200 baud; an ESP8266 boots at 74880, some programs use 9600",
        )
    said = of_meter(heard)
    if said:
        return Diagnosis(
            "no_prompt",
            f"a meter speaks, but its prompt did not open; it says {said!r}",
            "hold BOOT for three seconds: it stays awake then; and run `rill doctor` again",
        )
    said = _first_line(heard)
    if not said or b"KeyboardInterrupt" in heard or b"MicroPython" in heard:
        return _deaf(heard)
    return Diagnosis(
        "not_micropython",
        f"it opens no prompt and says {said!r}: it is not MicroPython, or a program that shuts"
        " Ctrl-C off or sleeps at once",
        "if it may be replaced: `rill flash`",
    )


def _deaf(heard: bytes) -> Diagnosis:
    return Diagnosis(
        "deaf_program",
        f"it starts, and what runs there goes on after Ctrl-C {_last_error(heard)}".rstrip(),
        "press EN while `rill doctor` runs; if that fails, `rill flash` with --force",
    )


def _at_prompt(port: Port, was_reset: bool) -> Diagnosis:
    found = find_out(port)
    try:
        return _of_files(port, found, was_reset)
    finally:
        port.leave(RESET)  # it goes on with its work


def _of_files(port: Port, found: Found, was_reset: bool) -> Diagnosis:
    image = f"{found.interpreter} {dotted(found.image)} on {found.machine}"
    if found.platform != "esp32" or found.interpreter != "micropython":
        return Diagnosis("wrong_image", f"it is {image}", "a meter needs MicroPython on an ESP32")
    if found.image < OLDEST_IMAGE:
        return Diagnosis(
            "old_image",
            f"it is {image}, older than {dotted(OLDEST_IMAGE)}",
            "`rill flash` puts a newer one onto it",
        )
    if found.has_other_program:
        return Diagnosis(
            "deaf_program" if was_reset else "other_program",
            f"another program is on it{', and goes on after Ctrl-C' if was_reset else ''}:"
            f" {described(found)}",
            "if it may be replaced: `rill deploy --force`",
        )
    if found.has_meter and found.lacks:
        return Diagnosis(
            "half_deployed",
            f"a meter's firmware is on it, but no {' and no '.join(found.lacks)} that starts it",
            f"`rill deploy {port.path}` writes what is missing",
        )
    if found.place is not None and not any(found.whole.values()) or _is_half(found):
        return Diagnosis(
            "half_deployed",
            f"no whole firmware is on it: `place` is {found.place!r},"
            f" files: {', '.join(sorted(found.names))}",
            f"`rill deploy {port.path}` continues",
        )
    if not found.has_meter:
        return Diagnosis("no_firmware", f"it is {image}, and empty", f"`rill deploy {port.path}`")
    if found.place is not None and found.place[:1] not in ("a", "b"):
        return Diagnosis(
            "broken_pointer",
            f"the file `place` is damaged ({found.place!r}); a boot takes a whole directory",
            f"`rill deploy {port.path}` writes it anew; if it comes back, the flash is worn",
        )
    return _of_firmware(port, found, was_reset)


def _is_half(found: Found) -> bool:
    """A deployment that was ended before anything pointed at it, onto a board without a meter."""
    begun = {"a", "b"} & set(found.names)
    return bool(begun) and found.place is None and "firmware" not in found.names


def _of_firmware(port: Port, found: Found, was_reset: bool) -> Diagnosis:
    port.enter(soft_reset=True)  # as boot.py leaves it, and nothing else is in memory
    try:
        port.define(STATE)
        crashes = port.value("_state()", timeout_s=20)
        port.define(START)
        port.exec(f"_start({found.boot is not None})", timeout_s=20)
    except DeviceError as error:
        if fault := found.board_fault or _board_fault(port):
            return Diagnosis(
                "broken_board",
                f"it can't know which board it is: {fault}",
                f"`rill deploy {port.path} --board NAME` writes it anew: {', '.join(boards())}",
            )
        return Diagnosis(
            "broken_firmware",
            f"the firmware does not start: {_last_line(error.traceback)}",
            f"`rill deploy {port.path}` compares and mends each file",
        )
    for mark, half in HALVES:
        if mark in found.names:
            return Diagnosis(*half)
    if crashes >= _CRASHES_TO_SAFE_MODE:
        return Diagnosis(
            "crashing",
            "its last wakes did not end well, so it only counts (safe mode) for six wakes",
            "`rill console`, then `meter.events()`: what is connected, what was configured last?",
        )
    version = found.version or "a version that was copied by hand"
    if found.place and len(found.place) > 1:
        return Diagnosis(
            "on_trial",
            f"firmware {found.place[0]} is on trial, begun {found.place[1:]} times",
            "let it end a wake; it goes back by itself after three that fail",
        )
    if was_reset:
        return Diagnosis(
            "asleep", f"it is well, and slept: rill {version}", "a meter sleeps; BOOT wakes it"
        )
    return Diagnosis("well", f"it is well: rill {version}, {dotted(found.image)}", "nothing")


def _board_fault(port: Port) -> str:
    """What is wrong with board.py; "": nothing, or all else is, too."""
    try:
        port.define(_BOARD_FAULT)
        fault = port.value("_board_fault()", timeout_s=20)
    except DeviceError:
        return ""
    return fault or ""


def _first_line(heard: bytes) -> str:
    """What is not the bootloader's."""
    for line in heard.decode(errors="replace").splitlines():
        if line.strip() and not line.startswith(_BOOT_WORDS):
            return line.strip()[:60]
    return ""


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:100] if lines else "no reason"


def _last_error(heard: bytes) -> str:
    text = heard.decode(errors="replace")
    errors = re.findall(r"^\w*(?:Error|Interrupt|Exception)\b.*$", text, re.M)
    return errors[-1].strip()[:100] if errors else _first_line(heard)
