"""What the meter must know at each wake. Layout: docs/record-format.md."""

import struct

from micropython import const

from firmware.core.seal import seal_in
from firmware.core.timekeeping import LAYOUT as TIME_LAYOUT
from firmware.core.timekeeping import Timekeeping

# Of `running`: the wake goes on after a restart, which it has asked for itself.
REPORTING = const(2)  # the report comes next
REPORTED = const(3)  # it is done
CRASHED = const(4)  # it could not be brought to an end
REBOOTING = const(5)  # it is done, and a command asks for a reset behind this wake

MAGIC = const(0x5236)  # "6R": layout version 6
_HEAD_BYTES = const(6)
_FEW = const(8)
_LAYOUT = "<HIHBBBBQQQIIIIIIIIIIIIIIIBqIIIHHBBBBBIIHHHHQIIIBBIBIIBBBIHIBHBBB"
_FIELDS = (
    "boot",  # times this meter got power, modulo 2**16
    "starts",  # power-ons in a row whose first wake did not end in sleep
    "is_blank",  # 1: began at zero, and what a journal may know of earlier is to be added
    "is_configured",  # 1: a configuration has been accepted once
    "is_new_journal",  # 1: it is another one than before, which no event has told yet
    "journal",  # id of the journal that the numbers of records below belong to, 0: none
    "odometer_ml",
    "pulses",  # all pulses ever counted
    "rest",  # remainder of the volume conversion, see core/volume.py
    "count",  # counter value that is already in the odometer
    "next_slot_s",
    "next_report_s",
    "cursor_seq",  # the first reading that the head end has not acknowledged
    "cursor_segment",
    "cursor_offset",
    "segment",  # the one in which readings grow, 0: not known
    "next_seq",  # the number that the next reading will have
    "event_cursor_seq",
    "event_cursor_segment",
    "event_cursor_offset",
    "event_next_seq",
    "again_seq",  # the first of the records that the head end has asked for again
    "again_end",  # the one behind the last of them; equal: none
    "again_stream",  # 0: they are readings, 1: events
    "offset_ml",  # what the meter body shows more than the odometer
    "command_counter",  # of the last command that was obeyed
    "config_crc",  # the last configuration that was accepted
    "refused_crc",  # of the sentence that refused one, 0: it was accepted
    "flags",  # for the next record
    "frozen_day",  # days since 1970 of the newest freeze, 0: not known
    "failures",  # reports that failed in a row
    "crashes",  # wakes in a row that did not end in sleep
    "running",  # 1 from the first commit of a wake to its last, or one of the above
    "clock_set",  # 1 when next_slot_s and next_report_s are Unix time
    "store_faults",  # wakes in a row in which the journal could not be opened
    "count_reverse",  # the reverse counter's value that is already in reverse_pulses
    "reverse_pulses",  # all turns backward ever counted, modulo 2**32
    "chatters",  # what the counter had counted of each mark at the last look
    "overrates",
    "bursts",
    "illegal",
    "ticks",  # the slow clock, and the time that its polls account for, at the last look
    "paced_ticks",
    "stored_count",  # both counters' sum that is on flash, modulo 2**32
    "refill_s",  # when the wake budget is renewed
    "pace",  # 0 not yet known, 1 the coprocessor keeps its pace in sleep, 2 it does not
    "storage_faults",  # wakes in which storage failed, since a report got through; 3: for
    # good, 4: and the journal could not be made anew
    "unsent_offset",  # so many bytes of `unsent` are dealt with, see report.py
    "unsent_pass",  # 0: its readings, 1: its events are being sent
    "next_quality_s",  # when the probes are read next
    "flowed_s",  # time of the last reading with water in it
    "column_bytes",  # so many of what the probes have said belong to the next reading
    "are_old",  # 1: they should have gone with the one before
    "causes",  # of the boots since the last daily message, a bit each: firmware/telling.py
    "told_crc",  # of day, configuration and firmware that it told
    "coarse_day",  # days since 1970 of the last daily reading that the head end has
    "expected_s",  # until then flow that would be a burst is expected
    "refusals",  # commands refused since the wake budget was renewed that an event told
    "untold",  # and that none did
    "is_subscribed",  # 1: in the session at the broker, when that is still there
    "valve",  # as it was commanded: 0 never, 1 open, 2 closed
    "thrift",  # level of core/thrift.py: how far the cell is below its slope
)
_TIME = struct.calcsize(_LAYOUT)  # behind all that comes what Timekeeping packs
STATE_BYTES = _TIME + struct.calcsize(TIME_LAYOUT)


class State:
    """Attributes: _FIELDS, all zero on a new meter but is_blank and the numbers of records."""

    boot: int
    starts: int
    is_blank: int
    is_configured: int
    is_new_journal: int
    journal: int
    odometer_ml: int
    pulses: int
    rest: int
    count: int
    next_slot_s: int
    next_report_s: int
    cursor_segment: int
    cursor_offset: int
    segment: int
    event_cursor_segment: int
    event_cursor_offset: int
    again_seq: int
    again_end: int
    again_stream: int
    offset_ml: int
    command_counter: int
    config_crc: int
    refused_crc: int
    flags: int
    frozen_day: int
    failures: int
    crashes: int
    running: int
    clock_set: int
    store_faults: int
    count_reverse: int
    reverse_pulses: int
    chatters: int
    overrates: int
    bursts: int
    illegal: int
    ticks: int
    paced_ticks: int
    stored_count: int
    refill_s: int
    pace: int
    storage_faults: int
    unsent_offset: int
    unsent_pass: int
    next_quality_s: int
    flowed_s: int
    column_bytes: int
    are_old: int
    causes: int
    told_crc: int
    coarse_day: int
    expected_s: int
    refusals: int
    untold: int
    is_subscribed: int
    valve: int
    thrift: int

    def __init__(self):
        for name in _FIELDS:
            setattr(self, name, 0)
        self.is_blank = 1
        self.restarts = False  # at the end of this wake; it survives nothing
        self.time = Timekeeping()
        self.cursor_seq = self.next_seq = self.event_cursor_seq = self.event_next_seq = 1

    def pack_into(self, image, start, generation):
        """Sealed. A few fields at a time: all of them at once take several times their bytes."""
        struct.pack_into("<HI", image, start, MAGIC, generation)
        place = start + _HEAD_BYTES
        for n in range(0, len(_FIELDS), _FEW):
            layout = "<" + _LAYOUT[3 + n : 3 + n + _FEW]  # behind the order, magic and generation
            values = [getattr(self, name) for name in _FIELDS[n : n + _FEW]]
            struct.pack_into(layout, image, place, *values)
            place += struct.calcsize(layout)
        end = start + STATE_BYTES
        image[place:end] = self.time.pack()
        seal_in(image, start, end)

    def unpack(self, content):
        values = struct.unpack(_LAYOUT, content[:_TIME])
        self.time.unpack(content[_TIME:])
        for name, value in zip(_FIELDS, values[2:]):
            setattr(self, name, value)
