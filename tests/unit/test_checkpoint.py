"""Promise: the checkpoint is the one last saved, or that of a new meter."""

import struct

from expect import expect, expect_raises
from firmware.core.errors import StorageFault
from firmware.core.seal import seal
from firmware.storage.checkpoint import NAMES, Vault
from firmware.storage.known import NEW, Checkpoint
from nvs import FakeNvs

_KEY, _OLDER_KEY = "checkpoint2", "checkpoint1"
_OLDER_LAYOUT = "<HBBBBQIIIIQQIIIqIII"
_BITS = (16, 8, 8, 8, 8, 64, 32, 32, 32, 32, 64, 64, 32, 32, 32, 63, 32, 32, 32, 8)


def _of(n):
    """A checkpoint with another number in each field."""
    return Checkpoint(*[n + 3 * place for place in range(len(NAMES))])


def test_a_new_meter_has_acknowledged_nothing_and_may_have_a_history():
    found = Vault(FakeNvs()).load()
    expect(found, NEW)
    numbers = found.cursor_seq, found.next_seq, found.event_cursor_seq, found.event_next_seq
    expect((numbers, found.is_blank, found.odometer_ml), ((1, 1, 1, 1), 1, 0))


def test_extreme_numbers_come_back():
    vault = Vault(FakeNvs())
    highest = Checkpoint(*[(1 << bits) - 1 for bits in _BITS])
    lowest = Checkpoint(*[-(1 << 63) if name == "offset_ml" else 0 for name in NAMES])
    for saved in (lowest, _of(1), highest):
        vault.save(saved)
        expect(vault.load(), saved)


def test_a_damaged_one_is_that_of_a_new_meter():
    nvs = FakeNvs()
    vault = Vault(nvs)
    vault.save(_of(7))
    whole = nvs.content[_KEY]
    for position in range(len(whole)):
        nvs.content[_KEY] = whole[:position]
        expect(vault.load(), NEW)
        for mask in (1, 0x80, 0xFF):
            damaged = bytearray(whole)
            damaged[position] ^= mask
            nvs.content[_KEY] = bytes(damaged)
            expect(vault.load(), NEW)


def test_one_of_another_length_is_that_of_a_new_meter():
    nvs = FakeNvs()
    for size in (0, 6, 37, 80, 200):
        nvs.content[_KEY] = seal(bytes(size))
        expect(Vault(nvs).load(), NEW)


def test_what_a_newer_firmware_keeps_is_left_alone():
    nvs = FakeNvs({"checkpoint3": b"newer"})
    Vault(nvs).save(_of(1))
    expect(nvs.content["checkpoint3"], b"newer")


def _older():
    return FakeNvs({_OLDER_KEY: seal(struct.pack(_OLDER_LAYOUT, *_of(5)[:-1]))})


def test_one_of_a_firmware_that_sent_only_readings_again_is_taken_over():
    nvs = _older()
    vault = Vault(nvs)
    expect(vault.load(), Checkpoint(*(_of(5)[:-1] + (0,))))
    nvs.write_fails = True
    expect_raises(StorageFault, vault.save, _of(1))
    expect(vault.load()[:-1], _of(5)[:-1])
    nvs.write_fails = False
    vault.save(_of(1))
    expect(vault.load(), _of(1))


def test_a_damaged_one_does_not_bring_back_the_one_of_an_older_firmware():
    """With it commands would come back that have been obeyed since."""
    nvs = _older()
    nvs.content[_KEY] = b"damaged"
    expect(Vault(nvs).load(), NEW)


def test_a_storage_that_fails_is_a_storage_fault():
    nvs = FakeNvs()
    vault = Vault(nvs)
    vault.save(_of(1))
    nvs.write_fails = True
    expect_raises(StorageFault, vault.save, _of(2))
    nvs.read_fails = True
    expect_raises(StorageFault, vault.load)
