"""Prints what the meter has stored, with the firmware's own reader: one JSON list a line.

First ["meter", journal id, first stored sequence, next sequence, cursor, crashes], then
[seq, time_s, boot, flags, odometer_ml, interval_ml, battery_mv, pulses] for each reading.
"""

import json

from firmware.app import open_store
from firmware.core.record import unpack
from firmware.hal.power import Power
from firmware.storage.reader import Reader
from firmware.storage.state import RetainedState


def dump():
    store = open_store()
    state = RetainedState(Power(0, "")).load()
    journal = store.journal
    cursor = state.cursor_seq if state else store.checkpoint().cursor_seq
    crashes = state.crashes if state else 0
    first = journal.first_seq()
    print(json.dumps(["meter", journal.id, first, journal.next_seq, cursor, crashes]))
    reader = Reader(journal, first)
    while reader.advance():
        print(json.dumps([reader.seq] + list(unpack(reader.body)[:7])))


dump()
