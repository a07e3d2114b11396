"""Promise: what is made anew holds nothing of before, and nothing else is ever made anew."""

import gc

from expect import expect
from firmware.core import record
from firmware.hal.mounting import erase, make
from firmware.storage.checkpoint import Vault
from firmware.storage.salvage import Unsent, save_unread
from firmware.storage.store import Store
from flash import PowerCut, RamFiles, RamFlash, mounted, unmount
from nvs import FakeNvs

_BLOCKS = 20


class _State:
    event_cursor_seq = event_next_seq = 1

    def __init__(self, store, cursor_seq):
        self.journal = store.id
        self.cursor_seq = cursor_seq
        self.next_seq = store.readings.next_seq


def _append(flash, count, boot):
    store = Store(mounted(flash), Vault(FakeNvs()))
    for n in range(1, count + 1):
        reading = record.Reading(n, boot, 0, 1000 * n, 1000, 3600, n, n, 0, 5, 0)
        store.readings.append(record.pack(reading))
    return store


def test_no_reading_of_the_journal_before_is_saved_from_the_new_one():
    flash = RamFlash(_BLOCKS)
    _append(flash, 120, boot=1)
    unmount()
    erase(flash, lambda: None)
    make(flash)
    state = _State(_append(flash, 30, boot=2), 20)
    unmount()
    system = RamFiles()
    save_unread(flash, system, state, lambda: None)
    found = [(seq, record.unpack(body).boot) for seq, body, _ in Unsent(system).frames()]
    expect([pair for pair in found if pair[1] != 2 or not 20 <= pair[0] <= 30], [])
    expect(len(found) >= 10, True)


def test_a_device_whose_erasing_was_cut_is_not_taken_for_a_new_one_before_it_is_blank():
    whole = RamFlash(_BLOCKS)
    _append(whole, 60, boot=1)
    unmount()
    for cut_at in range(_BLOCKS):
        gc.collect()
        flash = whole.copy()
        flash.cut_at = cut_at
        try:
            erase(flash, lambda: None)
        except PowerCut:
            pass
        left = flash.copy()
        had = [n for n in range(2, _BLOCKS) if left.content[n]]
        try:
            mounted(left)
        except OSError:
            continue
        if had:  # mounted as it is, by superblocks that are still there
            expect([n for n in range(2, _BLOCKS) if left.content[n]], had)
