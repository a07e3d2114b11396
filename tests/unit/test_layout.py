"""Promise: a journal keeps its identity; an older format is read, a newer one is left alone."""

import struct

from expect import expect, expect_raises
from firmware.core import event, record
from firmware.core.errors import NewerFormat, StorageFault
from firmware.core.seal import seal
from firmware.storage.checkpoint import NAMES, Vault
from firmware.storage.frame import wrap
from firmware.storage.known import NEW, Checkpoint
from firmware.storage.reader import Reader
from firmware.storage.store import Store
from flash import PowerCut, RamFiles, RamFlash, every_cut, mounted, remounted
from nvs import FakeNvs

READING = record.Reading(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
EVENT = event.Event(1, 2, 3, 0, 5, 6, 7, 8, "text")
OLD_ID = 0x00112233445566FF


def _vault(journal=0):
    vault = Vault(FakeNvs())
    if journal:
        known = dict(zip(NAMES, NEW))
        known["journal"] = journal
        vault.save(Checkpoint(*[known[name] for name in NAMES]))
    return vault


def _bodies(journal):
    reader = Reader(journal, 1)
    found = []
    while reader.advance():
        found.append((reader.seq, bytes(reader.body)))
    return found


def _untouched(files, act):
    before = dict(files.content)
    act()
    expect(files.content, before)


def test_a_journal_has_one_identity_for_its_life():
    flash = RamFlash(24)
    store = Store(mounted(flash), _vault())
    store.readings.append(record.pack(READING))
    again = Store(remounted(flash), _vault())
    expect((again.id, len(again.id_text), int(again.id_text, 16)), (store.id, 16, store.id))
    expect(again.last_reading(), READING)
    expect(Store(RamFiles(), _vault()).id == store.id, False)


def test_power_lost_anywhere_while_a_store_is_made():
    found = []

    def act(files):
        found.append(Store(files, _vault()).id)

    def check(files, done):
        store = Store(files, _vault())
        if done:
            expect(store.id, found[-1])
        expect(store.readings.append(record.pack(READING)), 1)
        expect(store.events.append(event.pack(EVENT)), 1)

    every_cut(RamFlash(24), act, check)


def test_power_lost_anywhere_from_the_blank_flash_to_the_first_records():
    """Mount and Store together, as at the first wake; after a cut the next wake does it again."""
    whole = RamFlash(24)
    cut_at, done = 0, False
    while not done:
        flash = whole.copy()
        flash.cut_at = cut_at
        vault = _vault()
        try:
            _store_first(mounted(flash), vault)
            done = True
        except PowerCut:
            pass
        again = flash.copy()
        try:
            store = _store_first(mounted(again), vault)
        except Exception as error:
            print("power cut at change %d" % cut_at)
            raise error
        expect(store.events.next_seq - 1 in (1, 2), True)
        expect(store.last_reading(), READING)
        cut_at += 1
    expect(cut_at > 20, True)


def _store_first(files, vault):
    store = Store(files, vault)
    store.readings.append(record.pack(READING))
    store.events.append(event.pack(EVENT))
    return store


def test_a_newer_format_is_left_as_it_is_bit_for_bit():
    flash = RamFlash(24)
    store = _store_first(mounted(flash), _vault())
    newer = seal(struct.pack("<4sHQ", b"Rill", 9, store.id))
    store.files.replace("format", newer)
    flash.changes = 0
    vault = _vault(store.id)
    expect_raises(NewerFormat, Store, remounted(flash), vault)
    expect((flash.changes, vault.nvs.writes), (0, 1))


def test_a_journal_that_lost_its_name_keeps_the_id_that_the_checkpoint_knows():
    for damage in (None, b"", b"Rill", seal(b"something else entirely")):
        files = RamFiles()
        store = Store(files, _vault())
        store.readings.append(record.pack(READING))
        if damage is None:
            del files.content["format"]
        else:
            files.content["format"] = damage
        expect(Store(files, _vault(store.id)).id, store.id)
        expect(Store(files, _vault()).id, store.id)  # it was written down again


def test_an_empty_file_system_never_gets_the_id_of_the_one_before():
    expect(Store(RamFiles(), _vault(77)).id == 77, False)


def test_a_newer_format_is_refused_and_left_as_it_is():
    files = RamFiles()
    store = Store(files, _vault())
    store.readings.append(record.pack(READING))
    newer = seal(struct.pack("<4sHQ", b"Rill", 3, store.id) + b"and more that nobody knows")
    files.content["format"] = newer
    error = None

    def open_it():
        nonlocal error
        error = expect_raises(NewerFormat, Store, files, _vault(store.id))

    _untouched(files, open_it)
    expect("format 3" in str(error), True)


def _old_frames(first, count):
    bodies = [
        struct.pack("<BIHHQIHQII", 1, 1000 + n, 3, 0, 1000 * n, 1000, 3600, n, n, 0)
        for n in range(first, first + count)
    ]
    return b"".join([wrap(first + k, body) for k, body in enumerate(bodies)])


def _write_old(files, checkpoint=True):
    files.replace("id", b"00112233445566ff")
    for first in (1, 6, 11):
        files.replace("r%08x" % first, _old_frames(first, 5))
    if checkpoint:
        files.replace("checkpoint", seal(struct.pack("<HIQQIII", 3, 9, 15_500, 15, 7, 14, 2)))
    files.replace("config.good", b"{}")


def _check_migrated(files, vault):
    store = Store(files, vault)
    expect(store.id, OLD_ID)
    expect([seq for seq, _ in _bodies(store.readings)], list(range(1, 16)))
    last = store.last_reading()
    expect((last.odometer_ml, last.uncertainty_s), (15_000, record.NOT_KNOWN_S))
    known = vault.load()
    found = known.boot, known.cursor_seq, known.odometer_ml, known.pulses, known.rest, known.count
    expect(found, (3, 9, 15_500, 15, 7, 14))
    expect((known.reverse_pulses, known.is_blank, known.journal), (2, 0, OLD_ID))
    size = files.size("config.good")
    expect(size, 2)
    expect(store.readings.append(record.pack(READING)), 16)


def test_a_journal_of_format_1_is_taken_over_and_power_may_fail_anywhere_in_it():
    flash = RamFlash(32)
    _write_old(mounted(flash))
    nvs = FakeNvs()

    def act(files):
        nvs.content.clear()
        Store(files, Vault(nvs))

    def check(files, done):
        _check_migrated(files, Vault(nvs))

    every_cut(flash, act, check)


def test_a_journal_of_format_1_without_its_checkpoint_leaves_the_history_to_its_records():
    files = RamFiles()
    _write_old(files, checkpoint=False)
    vault = _vault()
    expect(Store(files, vault).last_reading().pulses, 15)
    expect((vault.load().is_blank, vault.load().journal), (1, OLD_ID))


def test_a_format_1_id_that_is_no_id_is_replaced():
    for wrong in (b"", b"0123", b"x" * 16, bytes(16), b"\xff" * 16):
        files = RamFiles()
        _write_old(files)
        files.content["id"] = wrong
        store = Store(files, _vault())
        expect(store.id != 0, True)
        expect(len(_bodies(store.readings)), 15)


def test_numbers_that_others_know_are_not_given_again():
    files = RamFiles()
    store = Store(files, _vault())
    store.readings.append(record.pack(READING))
    store.events.append(event.pack(EVENT))

    class Known:
        next_seq = 40
        event_next_seq = 7

    again = Store(files, _vault())
    again.reserve(Known)
    expect(again.readings.append(record.pack(READING)), 40)
    expect(again.events.append(event.pack(EVENT)), 7)
    last = Store(files, _vault())
    last.reserve(Known)  # they are known now
    expect(last.readings.append(record.pack(READING)), 41)
    expect(last.events.append(event.pack(EVENT)), 8)
    expect([seq for seq, _ in _bodies(last.readings)], [1, 40, 41])


def test_a_reading_is_found_before_records_of_another_version():
    files = RamFiles()
    store = Store(files, _vault())
    expect(store.last_reading(), None)
    store.readings.append(record.pack(READING))
    for _ in range(3):
        store.readings.append(b"\x09 something newer")
    expect(Store(files, _vault()).last_reading(), READING)


def test_whatever_fails_is_a_storage_fault():
    class Broken(RamFiles):
        def size(self, name):
            raise OSError(5)

    expect_raises(StorageFault, Store, Broken(), _vault())
    vault = _vault()
    vault.nvs.read_fails = True
    files = RamFiles()
    _write_old(files)
    expect_raises(StorageFault, Store, files, vault)
