"""Quality values beside a reading: what there is, and what it is worth."""

from collections import namedtuple

from micropython import const

from firmware.core import quality, record

# What a column holds, and its unit.
WATER_CENTI_C = const(1)  # hundredths of a degree
SOLIDS_PPB = const(2)  # thousandths of a mg/L
TURBIDITY_MNTU = const(3)  # thousandths of an NTU
PRODUCT_SOLIDS_PPB = const(4)  # the same as 2, behind the membrane of a purifier
CONDUCTIVITY_NS = const(13)  # nS/cm at 25 degrees, of an instrument
PROBED = (WATER_CENTI_C, SOLIDS_PPB, TURBIDITY_MNTU, PRODUCT_SOLIDS_PPB, CONDUCTIVITY_NS)
# Analogue probes, as in the names of their pins, and their columns.
ANALOG_PINS = ("tds", "product_tds", "turbidity")
ANALOG = (SOLIDS_PPB, PRODUCT_SOLIDS_PPB, TURBIDITY_MNTU)
# Of a purifier.
REJECTION_PERMILLE = const(5)  # of the dissolved solids
FILTER_ML = const(6)  # product since the filter was changed
FILTER_DAYS = const(7)  # since then
FILTER_LIFE_PERMILLE = const(8)  # what is left of it
PRODUCED_S = const(9)  # of all time, as those below
STANDBY_S = const(10)
FLUSHES = const(11)
FLUSHED_S = const(12)
# In events, which only those of probes have: by their places in PROBED.
NAMES = ("water_centi_c", "solids_ppb", "turbidity_mntu", "product_solids_ppb", "conductivity_ns")

# kind: one of the above. flag: core/quality.py. value: None: rejected. uncertainty: two standard
# deviations. raw: microvolts as measured, of a thermometer 0.
Column = namedtuple("Column", ("kind", "flag", "value", "uncertainty", "raw"))


def column(kind, flag, value, uncertainty, raw):
    """A value that its flag rejects is none."""
    return Column(kind, flag, None if quality.is_rejected(flag) else value, uncertainty, raw)


def name(kind):
    return NAMES[PROBED.index(kind)]


def older(columns):
    """The same, of an earlier time."""
    return [
        one if quality.is_rejected(one.flag) else Column(one.kind, quality.STALE, *one[2:])
        for one in columns
    ]


def pack(columns):
    return b"".join([record.pack_quality(*one) for one in columns])


def unpacked(packed):
    """What pack() has packed, in its order."""
    return [Column(*values) for values in record.quality_rows(packed)]
