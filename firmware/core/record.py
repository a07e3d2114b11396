"""One stored reading as bytes: docs/record-format.md, kind 1."""

import struct
from collections import namedtuple

from micropython import const

KIND_READING = const(1)
_LAYOUT = "<BIHHQIHQII"
_BYTES = const(39)

# Flags of a reading; each says something about the interval that ends with it.
TIME_UNKNOWN = const(1)  # time_s holds seconds since power-on of boot number `boot`
POWER_LOST = const(2)  # power was lost: up to an hour of water may be missing
RESET = const(4)  # a reset, crash or watchdog ended a wake early; no water is missing
ON_DEMAND = const(8)  # taken because of power-on, the button or an alarm
CONFIG_REFUSED = const(16)  # config.json is wrong; the last good configuration is in force
STORAGE_FAULT = const(32)  # the journal could not be used at times
DATED_LATER = const(64)  # only on the wire: taken before the clock was set, dated when it was
COUNTER_FAULT = const(128)  # the counter stood still, ran slow or lost its memory: water missing
CHATTER = const(256)  # a reed chattered on its switching point
OVERRATE = const(512)  # pulses came faster than this meter can turn
REVERSE = const(1024)  # turns backward
BURST = const(2048)  # the flow that the configuration calls a burst
ILLEGAL = const(4096)  # both reeds changed at once: a turn may be missing

Reading = namedtuple(
    "Reading",
    (
        "time_s",  # Unix seconds, or seconds since power-on (TIME_UNKNOWN)
        "boot",  # how often this meter got power, modulo 2**16
        "flags",
        "odometer_ml",
        "interval_ml",  # odometer minus the odometer of the record before
        "battery_mv",
        "pulses",  # all pulses ever counted
        "count",  # the coprocessor's counter, to go on from after a loss of retained memory
        "rest",  # carried remainder of the volume conversion
    ),
)


def pack(reading):
    """The 39 bytes of a reading."""
    return struct.pack(_LAYOUT, KIND_READING, *reading)


def unpack(body):
    """The reading in body; ValueError when it is not one of this version."""
    if len(body) != _BYTES or body[0] != KIND_READING:
        raise ValueError("not a reading of this version")
    return Reading(*struct.unpack(_LAYOUT, body)[1:])
