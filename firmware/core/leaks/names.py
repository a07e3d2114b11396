"""What the kinds of alarm are called, everywhere: KINDS[kind - 1]."""

KINDS = (
    "continuous", "small_leak", "burst", "high_use", "reverse", "no_flow", "freeze", "tamper",
    "battery", "quality",
)  # fmt: skip
