"""What a pulse counter knows of its newest pulses."""

from collections import namedtuple

Recent = namedtuple(
    "Recent",
    (
        "ages_s",  # how long ago they came, newest first, 34 at most; what is not known is missing
        "bursts",  # how often a burst began, modulo 2**16
        "burst_age_s",  # how long the flow of a burst has gone on, None: there is none
        "program",  # another number: the counter began anew since, or its program did
    ),
)
