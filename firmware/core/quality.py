"""What a measured value is worth: one flag each, with the reason that weighs most.

The names are those of the field: LwM2M resource 6042 (measurement quality indicator, of the
newer uCIFI objects 3424 and 3426) and the reasons of object 509.
"""

from micropython import const

GOOD = const(0)  # inside the range, calibrated, temperature good
BELOW_RANGE = const(1)  # less than the probe can tell
OVER_RANGE = const(2)
DRY_OR_OPEN = const(3)  # a probe in air, or a wire that is broken
OPEN = const(4)  # the input is at its upper rail
SHORT = const(5)  # the input is at ground, or the probe at its highest output
NOISY = const(6)
STUCK = const(7)  # the same value again and again: a real probe moves a little
DRIFT = const(8)  # clear water is not as clear as it was: clean me
NO_TEMP = const(9)  # compensated with an assumed temperature
BAD_85 = const(10)  # what a DS18B20 says when it has not converted
MISSING = const(11)  # no answer, or none that can be believed
FREEZE_WARNING = const(12)
UNCALIBRATED = const(13)
EXPIRED = const(14)  # its calibration is older than a year
STALE = const(15)  # of an earlier time: it could not be measured now
ESTIMATED = const(16)  # not measured: computed from something else

# By flag. Resource 6042: 1 rejected with certainty, 2 with probability, 3 accepted but suspicious,
# 4 accepted. Object 509: 0 none.
_INDICATORS = b"\x04\x03\x03\x01\x01\x01\x02\x02\x03\x03\x01\x01\x04\x03\x03\x03\x03"
_REASONS = b"\x00\x01\x02\x0c\x0c\x0c\x03\x04\x0b\x0d\x0c\x0c\x0e\x06\x06\x0d\x0d"

REJECTED = const(2)  # an indicator up to this one: the value is no value


def indicator(flag):
    """Resource 6042 of a flag."""
    return _INDICATORS[flag]


def reason(flag):
    """Object 509 of a flag, 0: none."""
    return _REASONS[flag]


def is_rejected(flag):
    """True when the value must not be used: it goes out as null, with the raw microvolts."""
    return _INDICATORS[flag] <= REJECTED
