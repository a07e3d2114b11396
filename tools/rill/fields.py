"""The configuration's table of fields, read as text: CPython never imports the firmware."""

import ast
from typing import NamedTuple

from rill.image import ROOT


class Field(NamedTuple):
    """One line of the table: the lowest and highest value, or length of a text."""

    key: str
    default: int | str
    lowest: int
    highest: int


def fields() -> list[Field]:
    """All of them, in the order of the table."""
    for node in ast.parse((ROOT / "firmware" / "config.py").read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FIELDS":
            return [Field(*row) for row in ast.literal_eval(node.value)]
    raise LookupError("no FIELDS in firmware/config.py")


def pulse_fields() -> list[Field]:
    """Those that the counter's program depends on."""
    others = ("q3_l_per_h", "burst_l_per_h", "burst_s", "commit_pulses")
    return [f for f in fields() if f.key.startswith("pulse_") or f.key in others]
