"""Prints what the meter has stored, with the firmware's own reader: one JSON list a line.

First ["meter", journal id, first stored reading, next reading, cursor, crashes, pulses,
odometer_ml, cursor of the events, next event], then
["readings", seq, time_s, boot, flags, odometer_ml, interval_ml, battery_mv, pulses] for each
reading, ["quality", seq, kind, flag, value, uncertainty, raw] for each quality value of it, and
["events", seq, code, time_s, boot, flags, uncertainty_s, era, before, after, text] for
each event.
"""

import json

from firmware.app import open_store
from firmware.core import event, record
from firmware.hal.nvs import Nvs
from firmware.hal.power import Power
from firmware.storage.checkpoint import Vault
from firmware.storage.reader import Reader
from firmware.storage.retained import RetainedState


def dump():
    vault = Vault(Nvs())
    store = open_store(vault)
    state = RetainedState(Power(0, "")).load()
    known = state or vault.load()
    crashes = state.crashes if state else 0
    readings = store.readings
    first = readings.first_seq()
    numbers = [
        first,
        readings.next_seq,
        known.cursor_seq,
        crashes,
        known.pulses,
        known.odometer_ml,
        known.event_cursor_seq,
        store.events.next_seq,
    ]
    print(json.dumps(["meter", store.id_text] + numbers))
    reader = Reader(readings, first)
    while reader.advance():
        print(json.dumps(["readings", reader.seq] + list(record.unpack(reader.body)[:7])))
        for row in record.quality_rows(bytes(record.quality(reader.body))):
            print(json.dumps(["quality", reader.seq] + row))
    reader = Reader(store.events, 1)
    while reader.advance():
        print(json.dumps(["events", reader.seq] + list(event.unpack(reader.body))))


dump()
