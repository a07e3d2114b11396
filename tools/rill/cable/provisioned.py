"""What a meter gets before it is sold: settings from a list of many, a command key, a label."""

import csv
import os
import re
import secrets
from collections.abc import Iterable
from functools import cache
from io import StringIO
from itertools import pairwise
from pathlib import Path

import segno

from rill.fields import Field, fields, least_code_bytes
from rill.signing import read_keys

_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")
_CODE = "installer_code"  # a column of a list that is no setting
_CHIP = "# chip "  # in the keys file, before the line of a key
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


def listed(path: Path) -> dict[str, dict[str, str]]:
    """The lines of a CSV list by their device, as they stand there. Also of a spreadsheet that
    puts semicolons between, and a mark of its own at the begin. Raises SettingsError.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        head = text.partition("\n")[0].strip()
        comma = ";" if head.count(";") > head.count(",") else ","
        reader = csv.DictReader(StringIO(text, newline=""), delimiter=comma, strict=True)
        rows, names = list(reader), reader.fieldnames or ()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(f"the list {path} can't be read as CSV in UTF-8: {error}") from error
    if "device" not in names:
        raise SettingsError(
            f"the first line of {path} is {head[:60]!r}, but must name the columns, device among"
            " them, like device,broker_host,apn"
        )
    lines = {}
    for number, row in enumerate(rows, 2):
        if not any(row.values()):
            continue  # a spreadsheet's empty line
        if None in row or None in row.values() or not row["device"] or row["device"] in lines:
            raise SettingsError(
                f"line {number} of {path} has not a value for each of the columns"
                f" {comma.join(names)}, or names no device, or one again"
            )
        lines[row["device"]] = row
    return lines


def checked(texts: dict[str, str]) -> tuple[dict[str, int | str], str]:
    """(settings, installer code or "") of what stands in a list or was given."""
    settings: dict[str, int | str] = {}
    for name, text in texts.items():
        if name == _CODE or not text and name != "device":
            continue
        if name not in _known():
            raise SettingsError(f"{name} is no setting: docs/configuration.md lists them")
        settings[name] = _value(_known()[name], text)
    if not _NAME.fullmatch(str(settings.get("device", ""))):
        raise SettingsError("a device needs a name of 1 to 32 letters, digits, - and _: m-0001")
    code = texts.get(_CODE, "")
    least = least_code_bytes()
    if 0 < len(code.encode()) < least:
        raise SettingsError(
            f"installer_code has {len(code)} characters, but must have {least} or more"
        )
    if code != code.strip() or not code.isprintable():
        raise SettingsError(
            f"installer_code is {code!r}, but no spaces at its ends and no control characters go"
        )
    return settings, code


@cache
def _known() -> dict[str, Field]:
    return {field.key: field for field in fields()}


def _value(field: Field, text: str) -> int | str:
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


def next_device(devices: Iterable[str], path: Path, chip: str) -> str:
    """The one whose key was made for this chip, when provisioning was interrupted; else the first
    that has no key. path: of the keys.
    """
    keys, chips = known_keys(path), _chips(path)
    begun = [device for device in devices if chips.get(device) == chip]
    new = [device for device in devices if device not in keys]
    if not begun and not new:
        raise SettingsError(f"each device of the list has its key in {path}: none is left")
    return begun[-1] if begun else new[0]


def key_for(path: Path, device: str, chip: str) -> str | None:
    """The key in the file that was made for this chip, 64 hex digits."""
    return known_keys(path)[device].hex() if _chips(path).get(device) == chip else None


def made_key(path: Path, device: str, chip: str, force: bool) -> str:
    """A key for a device, 64 hex digits: made, and kept in the file before the meter has it.

    The one that was made for this chip before is taken again: provisioning was interrupted.
    """
    keys, known = known_keys(path), key_for(path, device, chip)
    if known and not force:
        return known
    lines = path.read_text().splitlines() if path.exists() else []
    if device in keys:
        if not force:
            raise SettingsError(
                f"{device} has a key in {path} that was not made for this chip, {chip}: does"
                " another meter have this name? --force makes a new key"
            )
        at = next(n for n, line in enumerate(lines) if line.split()[:1] == [device])
        has_chip = at > 0 and lines[at - 1].startswith(_CHIP)
        del lines[at - has_chip : at + 1]
    key = secrets.token_hex(32)
    new = path.with_name(path.name + ".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join([*lines, f"{_CHIP}{chip}", f"{device} {key}"]) + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    return key


def _chips(path: Path) -> dict[str, str]:
    """For which chip each key was made, as the line before it says."""
    lines = path.read_text().splitlines() if path.exists() else []
    return {
        line.split()[0]: before.removeprefix(_CHIP)
        for before, line in pairwise(lines)
        if before.startswith(_CHIP) and line.split()
    }


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
