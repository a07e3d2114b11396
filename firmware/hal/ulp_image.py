"""The coprocessor's program with the pins, periods and limits of one meter put in.

Word numbers are those of ulp_counter.S; tests/host/test_ulp_program.py holds them together.
"""

import struct
from binascii import crc32

from micropython import const

from firmware.hal import ulp_program as program
from firmware.hal.rtc_pads import PADS
from firmware.hal.ulp_words import PARAMETERS

_SEALED = const(2)
_NOP = const(0x40000000)
_DATA_BIT = const(10)  # REG_WR: the value, 8 bits
_DATA_MASK = const(0xFF << 10)
_LOW_BIT = const(18)  # REG_WR, REG_RD: first bit of the field
_HIGH_BIT = const(23)  # ... and its last
_REGISTER_MASK = const(0x3FF)  # of the ULP's register address, in words
_FIRST_PIN = const(14)  # RTC_GPIO_IN_REG: bit of RTC GPIO 0
_NO_PIN = const(255)
# After so many broken candidates within a minute, and none believed, a line chatters.
_CHAT_LIMIT = const(20)
_CHAT_US = const(60_000_000)
_QUIET_US = const(21_600_000_000)  # six hours between two wakes for the same mark
_COARSE = const(65536)  # slow-clock cycles in a unit of the middle word
_LONGEST_COARSE = const(0xFFFF)
_LONGEST = const(0xFFFFFFFF)


def image(sampling, calibration, paced_ticks, start_cycles):
    """A bytearray as ULP.load_binary() wants it; `layout` and `identity` are left 0.

    sampling: of core/sampling.py. calibration: microseconds per slow-clock cycle, Q13.19.
    paced_ticks: what the polls of the programs before this one account for.
    start_cycles: of the slow clock, from the end of a period to the first instruction.
    """
    binary = bytearray(program.PROGRAM)
    words = memoryview(binary)[12:]
    periods = [
        ticks(us, calibration) for us in (sampling.idle_us, sampling.calm_us, sampling.strict_us)
    ]
    fastest = min(ticks(sampling.fastest_us, calibration), _LONGEST)
    struct.pack_into(
        "<17I",
        words,
        4 * PARAMETERS,
        calibration,
        paced_ticks,
        sampling.pin | (_NO_PIN if sampling.pin_b < 0 else sampling.pin_b) << 8,
        periods[0],
        periods[1],
        periods[2],
        sampling.calm_samples,
        sampling.strict_samples,
        ticks(sampling.dead_us, calibration),
        fastest & 0xFFFF,
        fastest >> 16,
        _CHAT_LIMIT,
        _coarse(_CHAT_US, calibration),
        _coarse(_QUIET_US, calibration),
        max(0, sampling.burst_pulses - 1),
        _coarse(1_000_000 * sampling.burst_s, calibration),
        sampling.commit_pulses,
    )
    _put_periods(words, periods, start_cycles)
    _put_pin(words, sampling.pin, program.MUX_A, program.ENABLE_A, program.LEVEL_A)
    if sampling.pin_b >= 0:
        _put_pin(words, sampling.pin_b, program.MUX_B, program.ENABLE_B, program.LEVEL_B)
        for gate in (program.ONE, program.SINGLE):
            struct.pack_into("<I", words, 4 * gate, _NOP)
    struct.pack_into("<2I", words, 4 * _SEALED, crc32(words[4 * PARAMETERS :]), len(words) // 4)
    return binary


def ticks(us, calibration):
    """Slow-clock cycles in so many microseconds."""
    return (us << 19) // calibration


def _coarse(us, calibration):
    return min(ticks(us, calibration) // _COARSE, _LONGEST_COARSE)


def _put_periods(words, periods, start_cycles):
    places = (
        (program.IDLE_0, program.IDLE_1),
        (program.CALM_0, program.CALM_1),
        (program.STRICT_0, program.STRICT_1),
    )
    for (low, high), period in zip(places, periods):
        # As ulp_set_wakeup_period() of ESP-IDF does.
        rest = period - start_cycles
        _patch(words, low, _DATA_MASK, (rest & 0xFF) << _DATA_BIT)
        _patch(words, high, _DATA_MASK, (rest >> 8) << _DATA_BIT)


def _put_pin(words, gpio, mux, enable, level):
    number, register, mux_bit, _, enable_bit, _, _ = PADS[gpio]
    address = (register - 0x3FF48000) // 4 & _REGISTER_MASK
    everything = 0x1F << _HIGH_BIT | 0x1F << _LOW_BIT | _REGISTER_MASK
    for word, bit in ((mux, mux_bit), (enable, enable_bit)):
        _patch(words, word, everything, bit << _HIGH_BIT | bit << _LOW_BIT | address)
    bit = _FIRST_PIN + number
    field = 0x1F << _HIGH_BIT | 0x1F << _LOW_BIT
    _patch(words, level, field, bit << _HIGH_BIT | bit << _LOW_BIT)


def _patch(words, word, mask, bits):
    instruction = struct.unpack_from("<I", words, 4 * word)[0]
    struct.pack_into("<I", words, 4 * word, instruction & ~mask & 0xFFFFFFFF | bits)
