"""What Home Assistant is told of a quality value: docs/platforms.md. In memory only meanwhile."""

from micropython import const

# Kinds of core/column.py.
_WATER = const(1)
_SOLIDS = const(2)
_TURBIDITY = const(3)
_PRODUCT_SOLIDS = const(4)
_CONDUCTIVITY = const(13)
# key in the state, name, device class, unit and exponent of ten, by kind of a quality value.
MEASURED = {
    _WATER: ("temperature_c", "Water temperature", "temperature", "°C", -2),
    _SOLIDS: ("solids_mg_l", "Dissolved solids", None, "mg/L", -3),
    _PRODUCT_SOLIDS: ("product_mg_l", "Dissolved solids, product", None, "mg/L", -3),
    _TURBIDITY: ("turbidity_ntu", "Turbidity", None, "NTU", -3),
    _CONDUCTIVITY: ("conductivity_us", "Conductivity", "conductivity", "µS/cm", -3),
}
