"""Promise: before a journal is made anew, what the head end has not got is saved, once."""

import gc
import random

from expect import expect, expect_raises
from firmware.core import event, record
from firmware.storage.checkpoint import Vault
from firmware.storage.frame import wrap
from firmware.storage.salvage import Unsent, save_unread
from firmware.storage.store import Store
from flash import PowerCut, RamFiles, RamFlash, mounted, unmount
from nvs import FakeNvs


class _State:
    def __init__(self, store, cursor_seq, event_cursor_seq):
        self.journal = store.id
        self.cursor_seq = cursor_seq
        self.next_seq = store.readings.next_seq
        self.event_cursor_seq = event_cursor_seq
        self.event_next_seq = store.events.next_seq


def _reading(n):
    return record.Reading(1000 + n, 2, 0, 1000 * n, 1000, 3600, n, n, 0, 5, 0)


def _event(n):
    return event.Event(5, 1000 + n, 2, 0, 5, 0, n, n + 1, "a setting")


def _journal(readings=120, events=30, cursor_seq=80, event_cursor_seq=20, blocks=26):
    """(flash, state): a journal in use, and what the meter knows of it."""
    gc.collect()
    flash = RamFlash(blocks)
    store = Store(mounted(flash), Vault(FakeNvs()))
    for n in range(1, readings + 1):
        store.readings.append(record.pack(_reading(n)))
        if n <= events:
            store.events.append(event.pack(_event(n)))
    state = _State(store, cursor_seq, event_cursor_seq)
    unmount()
    return flash, state


def _saved(system):
    """Numbers of the readings and of the events, each of which must be the right one."""
    readings, events = [], []
    for seq, body, _ in Unsent(system).frames():
        if body[0] == 3:
            expect(event.unpack(body), _event(seq))
            events.append(seq)
        else:
            expect(record.unpack(body), _reading(seq))
            readings.append(seq)
    return readings, events


def _save(flash, system, state):
    gc.collect()
    return save_unread(flash, system, state, lambda: None)


def _destroy(flash):
    """The superblocks are gone: nothing can be mounted."""
    for block in (0, 1):
        flash.content[block] = [bytearray(b"\x5a" * 256) for _ in range(16)]


def test_all_that_is_unread_is_saved_but_what_lies_across_two_blocks():
    flash, state = _journal()
    _destroy(flash)
    system = RamFiles()
    saved, lost = _save(flash, system, state)
    readings, events = _saved(system)
    expect((len(readings) + len(events), saved + lost), (saved, 41 + 11))
    for found, wanted in ((readings, range(80, 121)), (events, range(20, 31))):
        expect(len(found), len(set(found)))
        expect([seq for seq in found if seq not in wanted], [])
        expect(len(wanted) - len(found) <= 1, True)
    expect(Unsent(system).journal, state.journal)


def _unused(flash):
    return [block for block in range(flash.blocks) if flash.content[block] is None]


def test_each_record_is_saved_once_however_many_copies_lie_around():
    flash, state = _journal(readings=60, events=10, cursor_seq=40, event_cursor_seq=5)
    kept = _save(flash, RamFiles(), state)
    used = [pages for pages in flash.content if pages]
    for block, pages in zip(_unused(flash), used):
        flash.content[block] = pages  # nothing is written from here on
    system = RamFiles()
    expect(_save(flash, system, state), kept)
    readings, events = _saved(system)
    expect((len(readings), len(events)), (len(set(readings)), len(set(events))))


def test_noise_and_what_the_head_end_has_are_not_saved():
    random.seed(7)
    flash, state = _journal(readings=60, events=10, cursor_seq=50, event_cursor_seq=9)
    kept = _save(flash, RamFiles(), state)
    unused = _unused(flash)
    for block in unused[1:6]:
        flash.content[block] = [
            bytearray([random.getrandbits(8) for _ in range(256)]) for _ in range(16)
        ]
    framed = (
        wrap(49, record.pack(_reading(49))),  # acknowledged
        wrap(900, record.pack(_reading(900))),  # of no number that the meter has given
        wrap(61, b"\x09 of a kind that nobody knows"),
        wrap(11, event.pack(_event(11))),  # with the CRC of a reading
    )
    flash.content[unused[0]] = [bytearray(one + bytes(256 - len(one))) for one in framed] * 4
    system = RamFiles()
    expect(_save(flash, system, state), kept)
    _saved(system)


def test_power_lost_anywhere_in_saving_costs_nothing():
    flash, state = _journal(readings=60, events=10, cursor_seq=40, event_cursor_seq=5, blocks=20)
    whole = RamFiles()
    kept = _save(flash, whole, state)
    for cut_at in range(100):
        system = _CutFiles(cut_at)
        try:
            expect(_save(flash, system, state), kept)
            expect(cut_at > 2, True)
            return
        except PowerCut:
            pass
        system.cut_at = None
        expect(_save(flash, system, state), kept)
        expect(system.content, whole.content)
    raise AssertionError("saving without end")


class _CutFiles(RamFiles):
    """Power fails before or behind the n-th change; on littlefs there is nothing between."""

    def __init__(self, cut_at):
        super().__init__()
        self.cut_at = cut_at

    def append(self, name, data):
        self._cut()
        super().append(name, data)
        self._cut()

    def replace(self, name, data):
        self._cut()
        super().replace(name, data)
        self._cut()

    def _cut(self):
        if self.cut_at is not None:
            self.cut_at -= 1
            if self.cut_at < 0:
                raise PowerCut


def test_garbage_is_never_saved():
    random.seed(5)
    flash, state = _journal()
    for block in range(len(flash.content)):
        if flash.content[block]:
            for page in flash.content[block]:
                for _ in range(6 if page else 0):
                    page[random.randrange(256)] ^= 1 << random.randrange(8)
    system = RamFiles()
    _save(flash, system, state)
    _saved(system)


def test_saving_begins_anew_when_power_failed_in_it_and_is_not_done_twice():
    flash, state = _journal()
    _destroy(flash)
    system = RamFiles({"unsent": b"half of something"})
    first = _save(flash, system, state)
    content = dict(system.content)
    flash.content = [None] * len(flash.content)  # made anew meanwhile
    expect(_save(flash, system, state), first)
    expect(system.content, content)


def test_a_second_lost_journal_waits_until_the_first_is_sent():
    flash, state = _journal()
    system = RamFiles()
    _save(flash, system, state)
    state.journal += 1
    expect_raises(OSError, _save, flash, system, state)
    Unsent(system).remove()
    expect(system.content, {})
    _save(flash, system, state)
    expect(Unsent(system).journal, state.journal)


def test_what_has_no_room_is_counted():
    flash, state = _journal()
    _destroy(flash)
    system = RamFiles()
    system.free_bytes = lambda: 32_768 + 200
    saved, lost = _save(flash, system, state)
    expect((saved, lost > 20), (3, True))


def test_a_journal_that_was_all_sent_leaves_nothing():
    flash, state = _journal(cursor_seq=121, event_cursor_seq=31)
    _destroy(flash)
    system = RamFiles()
    expect(_save(flash, system, state), (0, 0))
    expect(_saved(system), ([], []))
