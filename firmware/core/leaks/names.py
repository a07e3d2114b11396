"""What the kinds of alarm are called, everywhere: KINDS[kind - 1]; and signs of tampering."""

KINDS = (
    "continuous", "small_leak", "burst", "high_use", "reverse", "no_flow", "freeze", "tamper",
    "battery", "quality",
)  # fmt: skip

# Signs of tampering: that of 1 << n in terms.py is SIGNS[n].
SIGNS = ("magnet", "cable", "opened")


def signs_of(rules):
    """What tampering is known, in words. rules: as Watch.pack() gives them."""
    from firmware.core.leaks.watch import signs

    seen = signs(rules)
    return " ".join([name for n, name in enumerate(SIGNS) if seen & 1 << n])
