"""The configuration's table of fields, read as text: CPython never imports the firmware."""

import ast
from typing import NamedTuple

from rill.image import ROOT

_PULSE = slice(1, 13)


class Field(NamedTuple):
    """One line of the table: the lowest and highest value, or length of a text."""

    key: str
    default: int | str
    lowest: int
    highest: int


def fields() -> list[Field]:
    """All of them, in the order of the table."""
    return [Field(*row) for row in _constant("FIELDS")]


def firmware_version() -> str:
    """What this firmware calls itself."""
    return _constant("VERSION", "version.py")


def pulse_fields() -> list[Field]:
    """Those that the counter's program depends on."""
    return fields()[_PULSE]


def least_code_bytes() -> int:
    """Of an installer code."""
    return _constant("_LEAST_CODE_BYTES", "console/installer.py")


def profiles() -> tuple[str, ...]:
    """What may be set as profile."""
    return _constant("PROFILES", "linking.py")


def alarm_kinds() -> tuple[str, ...]:
    """The names of the alarms."""
    return _constant("KINDS", "core/leaks/names.py")


def acts() -> tuple[str, ...]:
    """What the counts of the energy ledger are called, in their order."""
    return _constant("COUNTS", "service/acts.py")


def water_limits() -> tuple[str, ...]:
    """What may be set as water_limits."""
    return tuple(_constant("LIMITS", "core/limits.py"))


def secret_settings() -> tuple[str, ...]:
    """The settings that nobody is shown."""
    return _constant("SECRETS", "console/setting.py")


def kept_blobs() -> tuple[str, ...]:
    """Of non-volatile storage, the keys of what a board takes over from the one before."""
    return _constant("_BLOBS", "console/moving.py")


def lamp_codes() -> tuple[str, ...]:
    """What the LED says, by the number of flashes; the first one is a long one."""
    return _constant("CODES", "lamp.py")


def commands() -> list[str]:
    """Of `meter` at the prompt."""
    for node in ast.parse((ROOT / "firmware/console/commands.py").read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "COMMANDS":
            table = node.value
            assert isinstance(table, ast.Dict)
            return [ast.literal_eval(key) for key in table.keys if key is not None]
    raise LookupError("no COMMANDS in firmware/console/commands.py")


def _constant(name: str, file: str = "config.py"):
    for node in ast.parse((ROOT / "firmware" / file).read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            value = node.value
            is_const = isinstance(value, ast.Call) and ast.unparse(value.func) == "const"
            return ast.literal_eval(value.args[0] if is_const else value)  # type: ignore[attr-defined]
    raise LookupError(f"no {name} in firmware/{file}")


def remarks(file: str) -> dict[str, tuple]:
    """The table SENTENCES of a file, by the names of its codes."""
    for node in ast.parse((ROOT / "firmware" / file).read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SENTENCES":
            table = node.value
            assert isinstance(table, ast.Dict)
            return {
                ast.unparse(key).rpartition(".")[2].strip("'"): ast.literal_eval(value)
                for key, value in zip(table.keys, table.values, strict=True)
                if key is not None
            }
    raise LookupError(f"no SENTENCES in firmware/{file}")


def codes(file: str) -> dict[str, int]:
    """The public constants of a file that are numbers, in their order."""
    found = {}
    for node in ast.parse((ROOT / "firmware" / file).read_text()).body:
        if isinstance(node, ast.Assign):
            name = ast.unparse(node.targets[0])
            value = node.value
            if isinstance(value, ast.Call) and ast.unparse(value.func) == "const":
                value = value.args[0]
            if name.isupper() and not name.startswith("_") and isinstance(value, ast.Constant):
                found[name] = value.value
    return found
