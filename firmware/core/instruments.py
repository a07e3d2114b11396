"""RS-485 instruments as data, by the name in the configuration; another one is another entry."""

from collections import namedtuple

from micropython import const

from firmware.core.column import CONDUCTIVITY_NS, SOLIDS_PPB, TURBIDITY_MNTU, WATER_CENTI_C
from firmware.core.modbus import FLOAT, READ_HOLDING, SIGNED, UNSIGNED

_DEGREE = const(100)
_MILLI = const(1000)

# values: of its registers. settle_ms: from power to the first question.
Instrument = namedtuple(
    "Instrument", ("baudrate", "settle_ms", "timeout_ms", "function", "values")
)
# kind: of the column. factor: units of the column in one of the register. lowest, highest: of
# its range, in units of the column. Of its error, two standard deviations: so many thousandths
# of the value, and beside it so many units of the column.
Value = namedtuple(
    "Value", ("kind", "address", "form", "factor", "lowest", "highest", "error_milli", "error")
)

INSTRUMENTS = {
    # Seeed Liquid EC & TDS Sensor ECTDS10, user manual 1.1, chapters 4 and 7: +-3 % to
    # 10,000 uS/cm. Its TDS is by a factor of its own.
    "ectds10": Instrument(
        9600, 2500, 500, READ_HOLDING,
        (
            Value(WATER_CENTI_C, 0, SIGNED, 1, -500, 8000, 0, 50),
            Value(CONDUCTIVITY_NS, 2, UNSIGNED, _MILLI, 0, 10_000_000, 30, 20_000),
            Value(SOLIDS_PPB, 4, UNSIGNED, _MILLI, 0, 5_000_000, 30, 10_000),
        ),
    ),
    # DFRobot SEN0710, its wiki, Modbus-RTU: tenths in both. The wiki states no error: taken is
    # that of the SEN0189 and one per cent of 1000 NTU.
    "sen0710": Instrument(
        4800, 2500, 500, READ_HOLDING,
        (
            Value(WATER_CENTI_C, 1, SIGNED, 10, -500, 8000, 0, 100),
            Value(TURBIDITY_MNTU, 0, UNSIGNED, 100, 0, 1_000_000, 200, 10_000),
        ),
    ),
    # WoMaster WS102-TDS, data sheet: 0 to 1000 ppm, +-3 % of that; +-1 degree.
    "ws102_tds": Instrument(
        9600, 2500, 500, READ_HOLDING,
        (
            Value(WATER_CENTI_C, 4, FLOAT, _DEGREE, -500, 6000, 0, 100),
            Value(SOLIDS_PPB, 6, FLOAT, _MILLI, 0, 1_000_000, 0, 30_000),
        ),
    ),
}  # fmt: skip
