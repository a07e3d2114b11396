"""The chip in its bootloader, by esptool. esptool() is the only place that runs it."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

_BAUD = 460800
_TIMEOUT_S = 600.0


class ChipError(Exception):
    """esptool did not succeed; the message has its last words."""


def esptool(port: str, *words: str) -> str:
    """Run one command of it at a port; what it printed. Raises ChipError."""
    command = [sys.executable, "-m", "esptool", "--chip", "esp32", "--port", port]
    command += ["--baud", str(_BAUD), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise ChipError(f"esptool {words[0]} did not end within {_TIMEOUT_S:.0f} s") from error
    if done.returncode:
        said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
        last = re.findall(r"^(?:.*error.*|ERROR:.*)$", said, re.M | re.I) or said.splitlines()[-1:]
        raise ChipError(
            f"{' '.join(last)[:300]}\nHold BOOT, press EN, let go of BOOT, and try again;"
            f" `rill doctor {port}` says what is there"
        )
    return done.stdout


def flash_bytes(port: str) -> int:
    """Of the module."""
    said = esptool(port, "flash-id")
    found = re.search(r"Detected flash size: (\d+)(KB|MB)", said)
    if not found:
        raise ChipError("esptool does not say how large the flash is")
    return int(found[1]) << (20 if found[2] == "MB" else 10)


def read(port: str, address: int, size: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="rill-") as folder:
        path = Path(folder) / "flash"
        esptool(port, "read-flash", "--no-progress", hex(address), hex(size), str(path))
        return path.read_bytes()


def write(port: str, address: int, data: bytes, erases_all: bool) -> None:
    """Verified by esptool. The header's flash size becomes that of the module."""
    with tempfile.TemporaryDirectory(prefix="rill-") as folder:
        path = Path(folder) / "image.bin"
        path.write_bytes(data)
        erase = ["--erase-all"] if erases_all else []
        esptool(
            port, "write-flash", *erase, "--no-progress", "--flash-size", "detect",
            hex(address), str(path),
        )  # fmt: skip
