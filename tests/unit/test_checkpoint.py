"""Promise: the checkpoint is the one last saved, or that of a new meter."""

from expect import expect, expect_raises
from firmware.core.errors import StorageFault
from firmware.core.seal import seal
from firmware.storage import checkpoint
from firmware.storage.checkpoint import Checkpoint
from flash import RamFiles, RamFlash, every_cut, mounted, write_file

_NEW = Checkpoint(boot=0, cursor_seq=1, odometer_ml=0, pulses=0, rest=0, count=0, reverse_pulses=0)
_BITS = (16, 32, 64, 64, 32, 32, 32)


def _of(n):
    """A checkpoint with another number in each field."""
    return Checkpoint(*[n + 100 * place for place in range(7)])


def test_a_new_meter_has_acknowledged_nothing():
    expect(checkpoint.load(mounted(RamFlash())), _NEW)


def test_extreme_numbers_come_back():
    files = RamFiles()
    highest = Checkpoint(*[(1 << bits) - 1 for bits in _BITS])
    for saved in (Checkpoint(*[0] * 7), _of(1), highest):
        checkpoint.save(files, saved)
        expect(checkpoint.load(files), saved)


def test_a_power_cut_leaves_the_old_or_the_new_one():
    flash = RamFlash()
    checkpoint.save(mounted(flash), _of(1))

    def check(files, done):
        expect(checkpoint.load(files) in ((_of(2),) if done else (_of(1), _of(2))), True)
        checkpoint.save(files, _of(3))
        expect(checkpoint.load(files), _of(3))

    every_cut(flash, lambda files: checkpoint.save(files, _of(2)), check)


def test_a_damaged_one_is_that_of_a_new_meter():
    files = RamFiles()
    checkpoint.save(files, _of(7))
    whole = files.content["checkpoint"]
    for position in range(len(whole)):
        files.content["checkpoint"] = whole[:position]
        expect(checkpoint.load(files), _NEW)
        for mask in range(1, 256):
            damaged = bytearray(whole)
            damaged[position] ^= mask
            files.content["checkpoint"] = bytes(damaged)
            expect(checkpoint.load(files), _NEW)


def test_the_rest_of_an_unfinished_write_is_harmless():
    files = mounted(RamFlash())
    checkpoint.save(files, _of(1))
    write_file("checkpoint.new", b"half of")
    expect(checkpoint.load(files), _of(1))
    checkpoint.save(files, _of(2))
    expect(checkpoint.load(files), _of(2))
    expect(list(files.names()), ["checkpoint"])


def test_a_flash_that_fails_is_a_storage_fault():
    flash = RamFlash()
    files = mounted(flash)
    checkpoint.save(files, _of(1))
    flash.fail_at = flash.changes
    expect_raises(StorageFault, checkpoint.save, files, _of(2))
    flash.fail_read_at = flash.reads
    expect_raises(StorageFault, checkpoint.load, files)


def test_one_of_another_length_is_that_of_a_new_meter():
    files = RamFiles()
    for size in (6, 37, 39, 100):
        files.content["checkpoint"] = seal(bytes(size))
        expect(checkpoint.load(files), _NEW)
