"""What was counted, as charge, and what is left of a cell. Whole numbers, for a board as usual.

The host has a finer table, and for other boards: docs/energy.md. Imported once a day, and by who
tells of it.
"""

from micropython import const

_SECOND_UC = const(55)  # deep sleep, reed, leakage, modem asleep, self-discharge of 19 Ah
_POLL_NC = const(85)
# Microcoulombs of one each of service/acts.py. A hundredth of a second awake is 360; with
# the modem the CPU waits, at 6 mA less.
_COSTS_UC = const(
    (
        13_500, 13_500, 13_500, 13_500,  # wakes: 375 ms before the first line of the firmware
        360, 360, 360, 360,
        4600, 0, 0,  # reports: two restarts, a modem idle for two seconds
        15, 38, 980, 0,  # probes, checkpoints, records
        44, 54, 64, 84,  # milliseconds of a modem
        19_200, 112_000, 560_000,  # bursts
        0, 0, 0, 0, 0, 0,
    )
)  # fmt: skip
_UAH_UC = const(3600)
_USABLE_UAH = const(800)  # of each mAh that is printed on it: temperature, cut-off


def used_uah(covered_s, polls, counts):
    """Microampere-hours that were taken from the cell, by the counts of service/acts.py."""
    uc = covered_s * _SECOND_UC + polls * _POLL_NC // 1000
    return (uc + sum([one * _COSTS_UC[n] for n, one in enumerate(counts)])) // _UAH_UC


def usable_uah(cell_mah):
    """Of a cell with so much printed on it."""
    return cell_mah * _USABLE_UAH


def left_percent(used_uah, cell_mah):
    """Of it, when so much was taken."""
    return max(0, 100 - 100 * used_uah // usable_uah(cell_mah))
