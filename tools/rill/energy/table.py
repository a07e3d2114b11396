"""The table of currents, currents.json, and a person's own measurements in its place."""

import json
from dataclasses import dataclass
from pathlib import Path

_TABLE = Path(__file__).with_name("currents.json")
_USUAL = "usual"


class TableError(Exception):
    """A table of currents that can't be used; the message says what is wrong with it."""


@dataclass(frozen=True)
class Currents:
    """What stands in the table of one cell, board and modem, by name. modem: empty with Wi-Fi.

    A name's end is its unit: ua, ma, ms, s, mah; mc and nc are millicoulombs and nanocoulombs.
    """

    cell: dict[str, float]
    board: dict[str, float]
    modem: dict


def names(part: str) -> list[str]:
    """What the table has of `cells` or `boards`."""
    return sorted(_read(_TABLE)[part])


def currents(cell: str, board: str, modem: str | None, own: Path | None = None) -> Currents:
    """Of these three; own: a file as the table, or parts of it, which counts before it."""
    table = _read(_TABLE)
    if own is not None:
        _replace(table, _read(own), own)
    modems = table["modems"]
    of_modem = {**modems[_USUAL], **modems.get(modem, {})} if modem else {}
    found = table["cells"][cell], table["boards"][board], of_modem
    return Currents(*({name: entry["value"] for name, entry in part.items()} for part in found))


def _read(path: Path) -> dict:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: {error}") from None


def _replace(table: dict, own: dict, path: Path) -> None:
    """own's values into the table. Each needs a source, and a name that is in the table."""
    known = {part: set().union(*(one for one in table[part].values())) for part in table}
    for part, things in own.items():
        if part not in table:
            raise TableError(f"{path}: {part!r} is none of {', '.join(table)}")
        for thing, entries in things.items():
            for name, entry in entries.items():
                where = f"{path}: {part}, {thing}, {name}"
                if name not in known[part]:
                    raise TableError(f"{where}: no such value; there are {', '.join(known[part])}")
                if not _is_value(entry, table[part], name):
                    raise TableError(f'{where}: must be {{"value": ..., "source": "..."}}')
            table[part].setdefault(thing, {}).update(entries)


def _is_value(entry, things: dict, name: str) -> bool:
    if not isinstance(entry, dict) or not entry.get("source"):
        return False
    value = entry.get("value")
    like = next(one[name]["value"] for one in things.values() if name in one)
    if isinstance(like, list):
        return isinstance(value, list) and len(value) == len(like) and all(map(_is_one, value))
    return _is_one(value)


def _is_one(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
