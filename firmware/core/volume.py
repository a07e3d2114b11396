"""From pulses to water, in integers: a float would lose single litres within a year."""

from micropython import const

_COUNT_MASK = const(0xFFFFFFFF)  # the pulse counter is 32 bits wide and wraps
_MOST_PULSES = const(0x7FFFFFFF)  # in one sleep: 24 kHz for a day, no meter does that


def pulses_between(count, last_count):
    """Pulses from last_count to count, right across the wrap.

    A step backwards means that the counter began at zero again and nobody could write that
    down: then count itself, and not the whole range of the counter as water.
    """
    pulses = (count - last_count) & _COUNT_MASK
    return pulses if pulses <= _MOST_PULSES else count


def volume(pulses, rest, weight_ml, weight_pulses):
    """Millilitres that the pulses are worth, and the rest to carry into the next call.

    weight_pulses pulses are weight_ml millilitres (1 and 1000 for a 1 L meter; 450 and
    1000 for a turbine of 450 pulses per litre). rest is in units of 1/weight_pulses ml.
    """
    return divmod(pulses * weight_ml + rest, weight_pulses)
