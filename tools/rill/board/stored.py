"""Prints all that is stored, as bytes: one JSON list a line.

["meter", journal id, cursor, event cursor, crashes, odometer_ml], then for each stream
["stream", letter, first stored, next, damaged stretches] and [letter, seq, body in hex].
SINCE (seq of readings) leaves out the older ones of a long journal.
"""

import json
from binascii import hexlify

from firmware.app import open_store
from firmware.hal.nvs import Nvs
from firmware.hal.power import Power
from firmware.storage.checkpoint import Vault
from firmware.storage.reader import Reader
from firmware.storage.retained import RetainedState


def show(since):
    vault = Vault(Nvs())
    store = open_store(vault)
    state = RetainedState(Power(0, "")).load() or vault.load()
    crashes = getattr(state, "crashes", 0)
    numbers = [state.cursor_seq, state.event_cursor_seq, crashes, state.odometer_ml]
    print(json.dumps(["meter", store.id_text] + numbers))
    freezes = store.freezes()
    streams = (
        ("r", store.readings, since),
        ("e", store.events, 0),
        ("d", freezes.days, 0),
        ("m", freezes.months, 0),
    )
    for letter, journal, least in streams:
        first = journal.first_seq()
        reader = Reader(journal, max(first, least))
        while reader.advance():
            print(json.dumps([letter, reader.seq, str(hexlify(reader.body), "ascii")]))
        print(json.dumps(["stream", letter, first, journal.next_seq, reader.skipped]))


try:
    show(SINCE)  # noqa: F821
except NameError:
    show(0)
