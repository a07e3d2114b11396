"""Promise: the checkpoint is the one last saved, or that of a new meter."""

from expect import expect, expect_raises
from firmware.core.errors import StorageFault
from firmware.storage import checkpoint
from flash import RamFiles, RamFlash, every_cut, mounted, write_file


def test_a_new_meter_has_acknowledged_nothing():
    expect(checkpoint.load(mounted(RamFlash())), (0, 1))


def test_extreme_numbers_come_back():
    files = RamFiles()
    for saved in ((0, 0), (1, 2), (0xFFFF, 0xFFFFFFFF)):
        checkpoint.save(files, *saved)
        expect(checkpoint.load(files), saved)


def test_a_power_cut_leaves_the_old_or_the_new_one():
    flash = RamFlash()
    checkpoint.save(mounted(flash), 1, 100)

    def check(files, done):
        expect(checkpoint.load(files) in (((2, 200),) if done else ((1, 100), (2, 200))), True)
        checkpoint.save(files, 3, 300)
        expect(checkpoint.load(files), (3, 300))

    every_cut(flash, lambda files: checkpoint.save(files, 2, 200), check)


def test_a_damaged_one_is_that_of_a_new_meter():
    files = RamFiles()
    checkpoint.save(files, 7, 700)
    whole = files.content["checkpoint"]
    for position in range(len(whole)):
        files.content["checkpoint"] = whole[:position]
        expect(checkpoint.load(files), (0, 1))
        for mask in range(1, 256):
            damaged = bytearray(whole)
            damaged[position] ^= mask
            files.content["checkpoint"] = bytes(damaged)
            expect(checkpoint.load(files), (0, 1))


def test_the_rest_of_an_unfinished_write_is_harmless():
    files = mounted(RamFlash())
    checkpoint.save(files, 1, 100)
    write_file("checkpoint.new", b"half of")
    expect(checkpoint.load(files), (1, 100))
    checkpoint.save(files, 2, 200)
    expect(checkpoint.load(files), (2, 200))
    expect(list(files.names()), ["checkpoint"])


def test_a_flash_that_fails_is_a_storage_fault():
    flash = RamFlash()
    files = mounted(flash)
    checkpoint.save(files, 1, 100)
    flash.fail_at = flash.changes
    expect_raises(StorageFault, checkpoint.save, files, 2, 200)
    flash.fail_read_at = flash.reads
    expect_raises(StorageFault, checkpoint.load, files)
