"""What was counted, as charge, and what is left of a cell. Whole numbers, for a board as usual.

The host has a finer table, and for other boards: docs/energy.md. Imported once a day, and by who
tells of it.
"""

from micropython import const

_SECOND_UC = const(55)  # deep sleep, reed, leakage, modem asleep, self-discharge of 19 Ah
_POLL_NC = const(85)
# Microcoulombs of one each of service/acts.py. A hundredth of a second awake is 360.
_COSTS_UC = const(
    (
        13_500, 13_500, 13_500, 13_500,  # wakes: 375 ms before the first line of the firmware
        360, 360, 360, 360,
        4600, 0, 0,  # reports: two restarts, a modem idle for two seconds
        15, 38, 980, 0,  # probes, checkpoints, records
        50, 60, 70, 90,  # milliseconds of a modem
        19_200, 112_000, 560_000,  # bursts
        0, 0, 0, 0, 0, 0,
    )
)  # fmt: skip
# While the modem is on the CPU waits, at 6 mA less, or dozes, at 2 mA: then it is not awake.
_AWAKE_REPORT_CS = const(7)
_REPORTS = const(8)
_RADIO_MS = const(15)  # and the three behind it
_COMPUTING_MS = const(1794)  # of a report
_WAITING_UC = const(6)
_DOZING_UC = const(2)
_UAH_UC = const(3600)
_USABLE_UAH = const(800)  # of each mAh that is printed on it: temperature, cut-off


def used_uah(covered_s, polls, counts):
    """Microampere-hours that were taken from the cell, by the counts of service/acts.py."""
    uc = covered_s * _SECOND_UC + polls * _POLL_NC // 1000
    radio_ms = sum(counts[_RADIO_MS : _RADIO_MS + 4])
    waiting_ms = 10 * counts[_AWAKE_REPORT_CS] - counts[_REPORTS] * _COMPUTING_MS
    waiting_ms = min(radio_ms, max(0, waiting_ms))
    uc += (radio_ms - waiting_ms) * _DOZING_UC - waiting_ms * _WAITING_UC
    return (uc + sum([one * _COSTS_UC[n] for n, one in enumerate(counts)])) // _UAH_UC


def usable_uah(cell_mah):
    """Of a cell with so much printed on it."""
    return cell_mah * _USABLE_UAH


def left_percent(used_uah, cell_mah):
    """Of it, when so much was taken."""
    return max(0, 100 - 100 * used_uah // usable_uah(cell_mah))
