"""The timers of power saving as 3GPP writes them: three bits of unit, five of value."""

_T3412_UNITS_S = (600, 3600, 36000, 2, 30, 60, 1152000, 0)
_T3324_UNITS_S = (2, 60, 360, 60, 60, 60, 60, 0)
OFF = "11100000"
DEFAULT_TAU_S = 54 * 60  # of a network that grants no T3412ext


def is_timer(bits: str) -> bool:
    return len(bits) == 8 and not bits.strip("01")


def tau_s(bits: str) -> int:
    """Of T3412ext; the network's own when off."""
    return _seconds(bits, _T3412_UNITS_S) or DEFAULT_TAU_S


def active_s(bits: str) -> int | None:
    """Of T3324; None: no power saving."""
    if not is_timer(bits) or bits.startswith("111"):
        return None
    return _seconds(bits, _T3324_UNITS_S)


def _seconds(bits: str, units_s: tuple[int, ...]) -> int:
    return int(bits[3:], 2) * units_s[int(bits[:3], 2)] if is_timer(bits) else 0
