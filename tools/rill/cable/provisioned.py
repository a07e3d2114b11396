"""What a meter gets before it is sold: settings from a list of many, a command key, a label."""

import csv
import os
import re
import secrets
from pathlib import Path

import segno

from rill.fields import fields
from rill.signing import read_keys

_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")
_CODE = "installer_code"  # a column of a list that is no setting
_LABEL = """<svg xmlns="http://www.w3.org/2000/svg" width="60mm" height="24mm"
 viewBox="0 0 300 120">
<rect width="300" height="120" fill="#fff"/>
<g transform="translate(4 4)">{code}</g>
<g font-family="sans-serif"><text x="124" y="52" font-size="{size}">{device}</text>
<text x="124" y="84" font-size="14">{chip}</text></g>
</svg>
"""
_CODE_SIZE = 112
_MOST_LETTER_SIZE, _TEXT_WIDTH = 22, 280


class SettingsError(Exception):
    """What shall be set is wrong, as one sentence; nothing was changed."""


def row_of(path: Path, device: str | None, taken: set[str]) -> dict[str, str]:
    """The line of a CSV list for a device; None: the first one whose key is not made yet."""
    try:
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(f"the list {path} can't be read: {error}") from error
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values() or not row.get("device"):
            raise SettingsError(
                f"line {number} of {path} has not a value for each column, device among them;"
                " the first line is like device,broker_host,apn"
            )
        if row["device"] == device or device is None and row["device"] not in taken:
            return {name: text for name, text in row.items() if text is not None}
    wanted = f"no line for {device}" if device else "no device left whose key is not made yet"
    raise SettingsError(f"{path} has {wanted}")


def checked(texts: dict[str, str]) -> tuple[dict[str, int | str], str]:
    """(settings, installer code or "") of what stands in a list or was given."""
    known = {field.key: field for field in fields()}
    settings: dict[str, int | str] = {}
    for name, text in texts.items():
        if name == _CODE or not text and name != "device":
            continue
        if name not in known:
            raise SettingsError(f"{name} is no setting: docs/configuration.md lists them")
        settings[name] = _value(known[name], text)
    if not _NAME.fullmatch(str(settings.get("device", ""))):
        raise SettingsError("a device needs a name of 1 to 32 letters, digits, - and _: m-0001")
    return settings, texts.get(_CODE, "")


def _value(field, text: str) -> int | str:
    limits = f"{field.key} is {text!r}, but must be {field.lowest} to {field.highest}"
    if isinstance(field.default, str):
        if not field.lowest <= len(text.encode()) <= field.highest:
            raise SettingsError(f"{limits} bytes long")
        return text
    if not re.fullmatch(r"-?\d{1,10}", text) or not field.lowest <= int(text) <= field.highest:
        raise SettingsError(limits)
    return int(text)


def known_keys(path: Path) -> dict[str, bytes]:
    """Of the keys file, {} when there is none yet. Raises SigningError."""
    return read_keys(path) if path.exists() else {}


def made_key(path: Path, device: str, chip: str, force: bool) -> str:
    """A key for a device, 64 hex digits: made, and kept in the file before the meter has it.

    The one that was made for this chip before is taken again: provisioning was interrupted.
    """
    keys = known_keys(path)
    lines = path.read_text().splitlines() if keys else []
    if device in keys:
        at = next(n for n, line in enumerate(lines) if line.split()[:1] == [device])
        is_same = at > 0 and lines[at - 1] == f"# chip {chip}"
        if is_same and not force:
            return keys[device].hex()
        if not force:
            raise SettingsError(
                f"{device} has a key in {path} that was not made for this chip, {chip}: does"
                " another meter have this name? --force makes a new key"
            )
        del lines[at - is_same : at + 1]
    key = secrets.token_hex(32)
    new = path.with_name(path.name + ".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join([*lines, f"# chip {chip}", f"{device} {key}"]) + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    return key


def write_label(folder: Path, device: str, chip: str) -> Path:
    """DEVICE.svg, 60 by 24 mm, and DEVICE.txt: name and chip, as letters and as a QR code."""
    code = segno.make(f"rill:{device}:{chip}", error="m", micro=False)
    side = code.symbol_size(border=2)[0]
    drawn = code.svg_inline(scale=_CODE_SIZE / side, border=2)
    size = min(_MOST_LETTER_SIZE, _TEXT_WIDTH // len(device))
    path = folder / f"{device}.svg"
    path.write_text(_LABEL.format(code=drawn, device=device, chip=chip, size=size))
    path.with_suffix(".txt").write_text(f"{device}\n{chip}\n")
    return path
