"""What is left of the cell, by what was counted. In memory only while it is told, maybe beside a
session: here is nothing of what sums up and judges (spending.py).
"""

from micropython import const

from firmware.core import charge
from firmware.core.seal import unseal

_LEDGER = const("ledger1")  # of storage/ledger.py
_SUMS_AT = const(9)  # seconds; polls; counts of service/acts.py
_COUNTS = const(28)
_CELL = const("cell1")  # of storage/cell.py
_LEAST_S = const(43_200)  # the first sum of a day may be of a minute: no mean that lasts


def told(nvs, cell_mah):
    """(mAh that were used of this cell, per cent that are left, days they last at the mean of its
    time until now); None: less than half a day is counted yet, or no cell is planned. OSError.
    """
    sums, cell = unseal(nvs.read(_LEDGER) or b""), unseal(nvs.read(_CELL) or b"") or bytes(8)
    if not sums or not cell_mah:
        return None
    covered_s, begun_s = _number(sums, _SUMS_AT, 4), _number(cell, 4, 4)
    counts = [_number(sums, _SUMS_AT + 12 + 4 * n, 4) for n in range(_COUNTS)]
    used_uah = charge.used_uah(covered_s, _number(sums, _SUMS_AT + 4, 8), counts)
    used_uah -= _number(cell, 0, 4)
    if used_uah <= 0 or covered_s - begun_s < _LEAST_S:
        return None
    left_uah = max(0, charge.usable_uah(cell_mah) - used_uah)
    days = left_uah * (covered_s - begun_s) // used_uah // 86_400
    return used_uah // 1000, charge.left_percent(used_uah, cell_mah), days


def add(status, nvs, cell_mah):
    """To what a meter says of itself."""
    try:
        found = told(nvs, cell_mah)
    except OSError as error:
        print("nothing is told of the cell: %s" % error)
        return
    if found:
        status["cell_used_mah"], status["cell_left_percent"], status["cell_left_days"] = found


def show(nvs, cell_mah):
    """The same as a sentence for people. OSError."""
    found = told(nvs, cell_mah)
    if found is None:
        return "nothing is known of the cell yet: counts are summed up once a day"
    sentence = "%d mAh of this cell are used, %d %% are left: %d.%d years as until now"
    return sentence % (found[0], found[1], found[2] // 365, found[2] % 365 * 10 // 365)


def _number(content, at, size):
    return int.from_bytes(content[at : at + size], "little")
