"""Puts the program into the coprocessor's memory, with what the one before it had counted.

Imported only in a wake that finds no program, a damaged one or another one. From stop to the
first poll of the new one the line goes unwatched: docs/ulp.md says for how long. A reset in
between finds the state staged behind the program, and the next boot goes on from it.
"""

import gc
import struct
from binascii import crc32
from time import sleep_us

import esp32
from micropython import const

from firmware.hal import rtc, slow_clock
from firmware.hal.ulp_image import image
from firmware.hal.ulp_program import ENTRY
from firmware.hal.ulp_words import (
    BEGIN,
    LAYOUT,
    PARAMETERS,
    RUN_US,
    RUNS,
    STAGED,
    STATE_WORDS,
    paced_ticks,
    state,
    wide,
)

_LAYOUT_WORD = const(0)
_IDENTITY = const(1)
_COMMITTED = const(59)
_UNTIL = const(61)
_PINS = const(2)  # of the parameters
# Of the state words, counted from begin.
_FORWARD = const(1)
_REVERSE = const(3)
_REQUESTS = const(13)
_USED = const(14)
_PHASE = const(21)
_QUARTERS = const(22)
_BELIEVED = const(29)
_INPUT_WORDS = const(8)

_MIDDLE = const(4)  # of the quarters of a turn
_NO_PIN = const(255)
_STAGED_WORDS = const(24)


def load(sampling, identity, fresh, is_sound, start_cycles):
    """Load the program and start it. "zero", "taken" over, or "staged" by a reload cut short.

    fresh: nothing is taken over. is_sound: there is a program to take over from; else a reset
    may have come in the middle of a reload, which has staged what it took over.
    """
    gc.collect()  # for one block of 1.8 KB, and now, not while the line is unwatched
    rtc.ulp_off()
    sleep_us(RUN_US)  # a run that has begun goes on to its end
    taken = until = None
    if is_sound:
        taken = _taken_over(sampling)
        until = rtc.half_word(_UNTIL)
    elif not fresh:
        taken = _staged()
    _put(sampling, identity, taken, until, start_cycles)
    run(sampling)
    if taken is None:
        return "zero"
    return "taken" if is_sound else "staged"


def run(sampling):
    """Start the timer; the first poll comes after one strict period."""
    rtc.write_word(STAGED, 0)  # or a damaged memory would one day bring it back
    ulp = esp32.ULP()
    periods_us = (sampling.strict_us, sampling.calm_us, sampling.strict_us)
    for index, period_us in enumerate(periods_us):
        ulp.set_wakeup_period(index, period_us)  # the program writes number 0 itself
    ulp.run(ENTRY)


def _taken_over(sampling):
    words = state()
    # Its polls were of other periods: from here on they are a number of cycles.
    paced = paced_ticks(words)
    words[RUNS : RUNS + 6] = [0, 0, 0, 0, paced & 0xFFFF, paced >> 16]
    pins = sampling.pins()
    if rtc.word(PARAMETERS + _PINS) != pins[0] | (pins[1] if len(pins) > 1 else _NO_PIN) << 8:
        _believe_pins(sampling, words)  # what it holds is of other pins
    _stage(words)
    return words


def _put(sampling, identity, taken, until, start_cycles):
    paced = 0
    if taken:
        paced = wide(taken, RUNS + 4)
        taken[RUNS + 4 : RUNS + 6] = [0, 0]
    binary = image(sampling, slow_clock.calibration(), paced, start_cycles)
    words = memoryview(binary)[12:]
    if taken is None:
        taken = list(struct.unpack_from("<%dI" % STATE_WORDS, words, 4 * BEGIN))
        _believe_pins(sampling, taken)
    struct.pack_into("<%dI" % STATE_WORDS, words, 4 * BEGIN, *taken)
    committed = taken[_FORWARD] + taken[_REVERSE] & 0xFFFF
    if until is None:
        until = taken[_USED]  # no wakes for marks until the CPU allows some
    struct.pack_into("<3I", words, 4 * _COMMITTED, committed, taken[_REQUESTS], until)
    struct.pack_into("<I", words, 4 * _IDENTITY, identity)
    for gpio in sampling.pins():
        rtc.connect(gpio)
    rtc.write_word(_LAYOUT_WORD, 0)
    esp32.ULP().load_binary(0, binary)
    rtc.write_word(_LAYOUT_WORD, LAYOUT)


def _believe_pins(sampling, words):
    """Begin with the levels as they are: a reed that is closed now is no pulse."""
    levels = [1, 1]
    for number, gpio in enumerate(sampling.pins()):
        rtc.connect(gpio)
        levels[number] = rtc.level(gpio)
    for number, level in enumerate(levels):
        first = _BELIEVED + _INPUT_WORDS * number
        words[first : first + 3] = [level, 0, 0]
    words[_PHASE] = 1 - levels[0] if levels[1] else 2 + levels[0]
    words[_QUARTERS] = _MIDDLE


def _stage(words):
    content = struct.pack("<%dH" % STATE_WORDS, *words)
    for number, word in enumerate(struct.unpack("<%dI" % (_STAGED_WORDS - 1), content)):
        rtc.write_word(STAGED + 1 + number, word)
    rtc.write_word(STAGED, crc32(content))


def _staged():
    content = rtc.read_words(STAGED + 1, _STAGED_WORDS - 1)
    if rtc.word(STAGED) != crc32(content):
        return None
    return list(struct.unpack("<%dH" % STATE_WORDS, content))
