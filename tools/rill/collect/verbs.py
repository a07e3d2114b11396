"""The commands that a meter of this version knows: docs/commands.md."""

import re
from collections.abc import Callable

from rill.fields import alarm_kinds, fields, water_limits
from rill.signing import SigningError

_SETTINGS = (
    "report_s", "report_offset_s", "slot_s", "burst_l_per_h", "burst_s", "timezone_min",
)  # fmt: skip
_NUMBER = re.compile(r"0|-?[1-9]\d{0,9}", re.ASCII)
_MOST_HOURS = 168
_MOST_SEQ = 2**32 - 1


def check(name: str, arguments: list[str]) -> None:
    """SigningError, a sentence with what there is, unless a meter may obey that command."""
    forms = _forms()
    if name not in forms:
        raise SigningError(f"{name!r} is no command; there are: {', '.join(forms)}")
    form, are_right = forms[name]
    if not are_right(arguments):
        said = " ".join(arguments) or "nothing"
        raise SigningError(f"{said!r} can't follow {name}, but: {form or 'nothing'}")


def _forms() -> dict[str, tuple[str, Callable[[list[str]], bool]]]:
    """What goes behind each name, in words and as a test."""
    ranges = {field.key: (field.lowest, field.highest) for field in fields()}
    forms = {name: _numbers(*ranges[name]) for name in _SETTINGS}
    return forms | {
        "limits": _one_of(*water_limits()),
        "again": (f"FROM TO, 1 to {_MOST_SEQ}", _is_range),
        "again_events": (f"FROM TO, 1 to {_MOST_SEQ}", _is_range),
        "sample": ("", _is_nothing),
        "clear": _one_of(*alarm_kinds(), "limits"),
        "expect_flow": _numbers(0, _MOST_HOURS),
        "valve": _one_of("open", "close"),
        "reboot": ("", _is_nothing),
    }


def _numbers(lowest: int, highest: int):
    def is_right(arguments: list[str]) -> bool:
        found = _integers(arguments)
        return len(found) == len(arguments) == 1 and lowest <= found[0] <= highest

    return f"a number, {lowest} to {highest}", is_right


def _one_of(*words: str):
    return " or ".join(words), lambda arguments: len(arguments) == 1 and arguments[0] in words


def _is_range(arguments: list[str]) -> bool:
    found = _integers(arguments)
    return len(found) == len(arguments) == 2 and 1 <= found[0] <= found[1] <= _MOST_SEQ


def _is_nothing(arguments: list[str]) -> bool:
    return not arguments


def _integers(arguments: list[str]) -> list[int]:
    """Those that are numbers as a meter reads them."""
    return [int(one) for one in arguments if _NUMBER.fullmatch(one)]
