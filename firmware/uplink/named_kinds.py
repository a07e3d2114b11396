"""What the values of probes are called where each has a name: docs/platforms.md."""

# By kind, core/column.py, from 1 on.
KINDS = (
    "water_centi_c", "solids_ppb", "turbidity_mntu", "product_solids_ppb", "rejection_permille",
    "filter_ml", "filter_days", "filter_life_permille", "produced_s", "standby_s", "flushes",
    "flushed_s", "conductivity_ns",
)  # fmt: skip
