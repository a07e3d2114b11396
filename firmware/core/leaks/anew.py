"""The rules of a meter begin, and what they have learned of a household outlives them.

watch: a Watch.
"""

import struct

from micropython import const

from firmware.core.leaks.terms import ALL_KINDS

# Of what Watch.pack() gives: what is learned of a household.
_QUIETEST_AT = const(86)
_QUIETEST_BYTES = const(20)
_USE = const("<IIB")  # mean and largest day, days
_USE_AT = const(140)
_LEARNED = const("<IIIB2x")  # levels, as in _USE, what was the longest pause
_LEARNED_BYTES = const(15)


def begin(watch, up_s):
    """After a loss of power: what was going on begins anew, levels and habits stay."""
    watch._seen_s = up_s
    watch._visit(ALL_KINDS, lambda kind, rule: rule.begin(up_s))


def know_nothing(watch):
    """Of a new one; begin() has to follow."""
    watch._keep(_QUIETEST_AT, b"\xff" * _QUIETEST_BYTES)


def learned(watch):
    """35 bytes for flash: levels and habits."""
    packed = watch._packed
    use = struct.unpack_from(_USE, packed, _USE_AT)
    quietest = packed[_QUIETEST_AT : _QUIETEST_AT + _QUIETEST_BYTES]
    return struct.pack(_LEARNED, watch._levels, *use) + quietest


def relearn(watch, habits):
    """What learned() said in an earlier life; begin() has to follow."""
    watch._levels, *use = struct.unpack_from(_LEARNED, habits)
    struct.pack_into(_USE, watch._packed, _USE_AT, *use)
    watch._keep(_QUIETEST_AT, habits[_LEARNED_BYTES:])
