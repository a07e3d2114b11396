"""The words that ulp_counter.S and the CPU share, read by number.

tests/host/test_ulp_program.py holds the numbers and the labels together.
"""

import struct
from binascii import crc32

from micropython import const

from firmware.hal import rtc

LAYOUT = 0x524C0001  # "RL", version 1: another one means other words
BEGIN = 4
STATE_WORDS = 46  # from begin to end
PARAMETERS = 62  # from here on nothing changes while the program runs
LAST_WORD = 485  # of a program; behind it, to word 509, lies what a reload must not lose
STAGED = 486  # CRC-32, then the state words, two in one
RUNS = 23  # of the state words: idle, calm, strict polls, two words each
RUN_US = 1000  # a run takes at most 280 us; even at a third of its clock it is over by then
_LAYOUT_WORD = const(0)
_SEALED = const(2)
_SIZE = const(3)
_PACED = const(1)  # of the parameters
_PERIODS = const(3)


def is_sound():
    """True when memory holds a program of this layout, and undamaged."""
    size = rtc.word(_SIZE)
    if rtc.word(_LAYOUT_WORD) != LAYOUT or not PARAMETERS < size <= LAST_WORD + 1:
        return False
    return crc32(rtc.read_words(PARAMETERS, size - PARAMETERS)) == rtc.word(_SEALED)


def state():
    """The lower halves of the state words."""
    words = struct.unpack("<%dI" % STATE_WORDS, rtc.read_words(BEGIN, STATE_WORDS))
    return [word & 0xFFFF for word in words]


def wide(words, low):
    """A counter of two half-words."""
    return words[low + 1] << 16 | words[low]


def paced_ticks(words):
    """The slow-clock cycles that all polls so far account for, modulo 2**32."""
    paced = rtc.word(PARAMETERS + _PACED)
    for number in range(3):
        paced += wide(words, RUNS + 2 * number) * rtc.word(PARAMETERS + _PERIODS + number)
    return paced & 0xFFFFFFFF
