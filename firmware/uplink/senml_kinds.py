"""What the values of probes are in SenML: docs/payload.md."""

# name, unit (RFC 8428, 12.1) and exponent of ten, by kind of core/column.py from 1 on.
KINDS = (
    ("temperature", "Cel", -2),
    ("solids", "kg/m3", -6),
    ("turbidity", "NTU", -3),
    ("product_solids", "kg/m3", -6),
    ("rejection", "/", -3),
    ("filter_volume", "m3", -6),
    ("filter_days", None, 0),
    ("filter_life", "/", -3),
    ("produced", "s", 0),
    ("standby", "s", 0),
    ("flushes", "count", 0),
    ("flushed", "s", 0),
    ("conductivity", "S/m", -7),
)
