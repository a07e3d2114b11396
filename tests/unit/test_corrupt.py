"""Promise: of a damaged flash comes what was stored, under its number, or a StorageFault."""

import gc

import corrupt
from expect import expect
from firmware.storage.reader import Reader
from firmware.storage.store import Store
from flash import remounted

SEEDS = 60


def _check(damage, seeds, recovers):
    flash, vault = corrupt.whole()
    opened = 0
    for seed in seeds:
        victim = flash.copy()
        damage(victim, seed)
        try:
            opened += corrupt.check(victim, vault, recovers)
        except Exception as error:
            print("seed %d" % seed)
            raise error
        victim = None
        gc.collect()
    return opened


def test_a_sound_journal_passes_the_check():
    flash, vault = corrupt.whole()
    expect(corrupt.check(flash.copy(), vault, recovers=True), True)
    store = Store(remounted(flash), vault)
    freezes = store.freezes()
    for journal, count in (
        (store.readings, corrupt.READINGS),
        (store.events, corrupt.EVENTS),
        (freezes.days, corrupt.DAYS),
        (freezes.months, corrupt.MONTHS),
    ):
        reader = Reader(journal, 1)
        found = 0
        while reader.advance():
            found += 1
        expect((found, reader.skipped), (count, 0))


def test_flipped_bits_give_no_wrong_record():
    opened = _check(corrupt.flip_bits, range(SEEDS), recovers=False)
    expect(opened > SEEDS // 3, True)  # or nothing was tested


def test_files_cut_off_and_in_each_others_place_give_no_wrong_record():
    expect(_check(corrupt.spoil_files, range(SEEDS), recovers=True), SEEDS)
