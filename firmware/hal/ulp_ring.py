"""When the newest pulses came: the ring that the coprocessor keeps for bursts, docs/ulp.md.

Imported only when somebody asks; all that a wake needs is in counter.py.
"""

import struct
from time import sleep_us

from micropython import const

from firmware.hal import rtc, slow_clock, ulp_words
from firmware.hal.recent import Recent

# Words of ulp_counter.S; of the state words, counted from begin; of the parameters.
_BEGIN = const(4)
_END = const(49)
_BURST_AT = const(51)
_WORDS = const(79)  # all but the instructions
_SEALED = const(2)
_SIZE = const(3)  # behind so many words lies the ring
_FORWARD = const(1)
_REVERSE = const(3)
_LAST = const(7)
_BURSTS = const(12)
_BURST_ON = const(20)
_BURST_LENGTH = const(14)
_BURST_WINDOW = const(15)

_NEVER = const(0x8000)  # as in counter.py
_READS = const(10)
_UNIT_BITS = const(16)  # the ring has units of so many bits of slow-clock cycles


def recent():
    """Recent, all of one instant; OSError when the coprocessor is out of order."""
    for _ in range(_READS):
        end = rtc.half_word(_END)
        whole = struct.unpack("<%dI" % _WORDS, rtc.read_words(0, _WORDS))
        length = whole[ulp_words.PARAMETERS + _BURST_LENGTH]
        packed = rtc.read_words(whole[_SIZE], length) if length else b""
        if rtc.half_word(_BEGIN) == end:
            break
        sleep_us(ulp_words.RUN_US)
    else:
        raise OSError("the coprocessor's counters never rest")
    words = [word & 0xFFFF for word in whole[_BEGIN : _BURST_AT + 1]]
    ticks = slow_clock.ticks()
    calibration = slow_clock.calibration()
    ring = [word & 0xFFFF for word in struct.unpack("<%dI" % length, packed)]
    units = _ages(ring, words[_BURST_AT - _BEGIN], ticks >> _UNIT_BITS)
    window = whole[ulp_words.PARAMETERS + _BURST_WINDOW]
    burst_age_s = None
    # The mark stays on until the next pulse: what is seen here is whether the flow went on.
    if words[_BURST_ON] and len(units) == length and units[-1] <= window:
        age = (ticks >> _UNIT_BITS) - words[_BURST_ON] & 0xFFFF
        # Since its second pulse: the first may have waited long for it, above all one of 100 L.
        age = max(units[-1], age - window // length)
        burst_age_s = _seconds(age << _UNIT_BITS, calibration)
    ages_s = [_seconds(unit << _UNIT_BITS, calibration) for unit in units]
    if words[_LAST + 2] < _NEVER:
        last = words[_LAST + 2] << 32 | ulp_words.wide(words, _LAST)
        ages_s[:1] = [_seconds(max(0, ticks - last), calibration)]  # it alone is known exactly
    else:
        ages_s = []
    del ages_s[ulp_words.wide(words, _FORWARD) + ulp_words.wide(words, _REVERSE) :]
    return Recent(ages_s, words[_BURSTS], burst_age_s, whole[_SEALED])


def _ages(ring, newest, now):
    """Of the ring's times, newest first, as long as each is older than the one before.

    They wrap after eight hours, and what a program before this one has left is noise: whoever asks
    knows how many pulses there were since then.
    """
    ages: list = []
    for back in range(len(ring)):
        age = (now - ring[newest - 1 - back]) & 0xFFFF
        if ages and age < ages[-1]:
            break
        ages.append(age)
    return ages


def _seconds(cycles, calibration):
    return (cycles * calibration >> 19) // 1_000_000
