"""The table of currents, currents.json, and a person's own measurements in its place."""

import json
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("currents.json")
_USUAL = "usual"  # of all modems
_MOST = 1e9  # no unit of the table has more; what is infinite is no JSON
# A cell that holds nothing lasts for no time, one from which nothing is taken for ever.
_LEAST = {"nominal_mah": 1, "usable_percent": 1, "deep_sleep_ua": 0.1}


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
    return sorted(_read(TABLE)[part])


def currents(cell: str, board: str, modem: str | None, own: Path | None = None) -> Currents:
    """Of these three; own: a file as the table, or parts of it, which counts before it. What it
    calls by a name of its own is one more cell or board, and needs all values. TableError.
    """
    table = _read(TABLE)
    if own is not None:
        measured = _read(own)
        _add(table, measured, own)
        asked = {"cells": [cell], "boards": [board], "modems": [_USUAL, modem] if modem else []}
        if not any(measured.get(part, {}).get(one) for part in asked for one in asked[part]):
            raise TableError(
                f"{own}: has nothing of {', '.join(filter(None, (cell, board, modem)))}"
            )
    for part, name in (("cells", cell), ("boards", board)):
        if name not in table[part]:
            raise TableError(f"{name!r} is none of the {part}: {', '.join(sorted(table[part]))}")
    modems = table["modems"]
    of_modem = {**modems[_USUAL], **modems.get(modem, {})} if modem else {}
    found = table["cells"][cell], table["boards"][board], of_modem
    return Currents(*({name: entry["value"] for name, entry in part.items()} for part in found))


def _read(path: Path) -> dict:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError, RecursionError) as error:
        raise TableError(f"{path}: {error}") from None


def _add(table: dict, own: dict, path: Path) -> None:
    """own's values into the table. Each needs a source, and a name that is in the table."""
    usual = {part: _examples(things) for part, things in table.items()}
    for part, things in _object(own, str(path)).items():
        if part not in table:
            raise TableError(f"{path}: {part!r} is none of {', '.join(table)}")
        for thing, entries in _object(things, f"{path}: {part}").items():
            where = f"{path}: {part}, {thing}"
            for name, entry in _object(entries, where).items():
                _check(entry, name, usual[part], f"{where}, {name}")
            _check_known(thing, entries, table[part], usual[part], where)
            table[part].setdefault(thing, {}).update(entries)


def _examples(things: dict) -> dict:
    """A value of each name that they have."""
    return {name: entry["value"] for one in things.values() for name, entry in one.items()}


def _object(found, where: str) -> dict:
    if not isinstance(found, dict):
        raise TableError(f"{where}: must be an object, {{...}}")
    return found


def _check_known(thing: str, entries: dict, things: dict, usual: dict, where: str) -> None:
    """One more is complete: a name that is misspelt is not. A modem has to be simulated."""
    if thing in things:
        return
    known = ", ".join(sorted(things))
    if _USUAL in things:
        raise TableError(f"{where}: is none of {known}")
    missing = ", ".join(name for name in usual if name not in entries)
    if missing:
        raise TableError(f"{where}: is none of {known}, and to be one more it lacks {missing}")


def _check(entry, name: str, usual: dict, where: str) -> None:
    if name not in usual:
        raise TableError(f"{where}: no such value; there are {', '.join(usual)}")
    if not isinstance(entry, dict) or not (entry.get("source") and "value" in entry):
        raise TableError(f'{where}: must be {{"value": ..., "source": "..."}}')
    value, like = entry["value"], usual[name]
    size = len(like) if isinstance(like, list) else 1
    values = value if isinstance(like, list) else [value]
    if not isinstance(values, list) or len(values) != size:
        raise TableError(f"{where}: the value must be a list of {size} numbers")
    least, most = _least_and_most(name)
    if not all(_is_number(one) and least <= one <= most for one in values):
        raise TableError(f"{where}: not from {least:g} to {most:g}: {value!r}")


def _least_and_most(name: str) -> tuple[float, float]:
    return _LEAST.get(name, 0), 100 if "percent" in name else _MOST


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
