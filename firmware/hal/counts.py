"""What a pulse counter has counted, at one instant."""

from collections import namedtuple

Counts = namedtuple(
    "Counts",
    (
        "forward",  # pulses, or turns forward, modulo 2**32
        "reverse",
        "illegal",  # both reeds changed at once
        "rejected",  # candidates that were broken, of both inputs
        "chatters",  # how often chatter, over-rate, a burst began; modulo 2**16
        "overrates",
        "bursts",
        "requests",  # wakes that were asked for; modulo 2**16
        "used",  # of these, those within the budget
        "last_ticks",  # when the last pulse was believed, None before the first one
        "paced_ticks",  # time that the polls account for, modulo 2**32
        "ticks",  # now
        "polls",  # how often it ran, modulo 2**32; None in a counter that stays awake
    ),
)
