"""Promise: `rill flash` writes the table that it shows, and nothing is lost unasked.

The chip is what no test has: esptool itself runs against a port where nothing answers. Nor has any
an official image: they are made here, by esptool.
"""

import hashlib
import os
import struct

import pytest
from esptool.bin_image import ELFSection, ESP32FirmwareImage

from flashed_tree import flashed_tree
from rill.cable import image_file, partitions
from rill.cable.chip import ChipError, flash_bytes
from rill.cable.flash_command import check_loss, check_silent
from rill.cable.found import Refused
from rill.cable.partitions import MIB, Partition, PartitionError, packed, parse, with_journal
from rill.cable.served import ServedBoard

# As in the official image of ESP32_GENERIC.
_OFFICIAL = [
    Partition("nvs", 1, 2, 0x9000, 0x6000),
    Partition("phy_init", 1, 1, 0xF000, 0x1000),
    Partition("factory", 0, 0, 0x10000, 0x1F0000),
    Partition("vfs", 1, 0x81, 0x200000, 0x200000),
]

_DROM = 0x3F400020  # where an application's description is mapped
_CODE = bytes(range(256)) * 400


def _image(version=b"v1.28.0", project=b"micropython", chip=0, table=_OFFICIAL, has_digest=True):
    about = struct.pack("<I12x32s32s", 0xABCD5432, version, project)
    bootloader = _made(has_digest, (0x3FFF0030, bytes(6000)))
    app = _made(has_digest, (_DROM, about), (0x40080000, _CODE))
    bootloader = bootloader[:12] + struct.pack("<H", chip) + bootloader[14:]
    return bootloader.ljust(0x7000, b"\xff") + packed(table).ljust(0x8000, b"\xff") + app


def _made(has_digest, *segments):
    """As ESP-IDF makes a bootloader or an application."""
    image = ESP32FirmwareImage()
    image.append_digest = has_digest
    image.segments = [ELFSection(b"", address, data, 0) for address, data in segments]
    return image.save(None)


def test_the_bytes_of_a_table():
    table = packed(_OFFICIAL[:1])
    entry = (
        b"\xaa\x50\x01\x02\x00\x90\x00\x00\x00\x60\x00\x00" + b"nvs".ljust(16, b"\0") + bytes(4)
    )
    digest = hashlib.md5(entry).digest()
    assert table == (entry + b"\xeb\xeb" + b"\xff" * 14 + digest).ljust(0xC00, b"\xff")
    assert parse(packed(_OFFICIAL)) == _OFFICIAL
    with pytest.raises(PartitionError, match="MD5"):
        parse(table.replace(b"nvs", b"nvt"))
    with pytest.raises(PartitionError, match="no partition table"):
        parse(b"\xff" * 0xC00)


@pytest.mark.parametrize("mib", [4, 8, 16])
def test_a_table_for_each_flash(mib):
    table = with_journal(_OFFICIAL, mib * MIB)
    assert table[:3] == _OFFICIAL[:3]
    vfs, journal = table[3:]
    assert (vfs.label, journal.label) == ("vfs", "journal")
    assert vfs.offset + vfs.size == journal.offset
    assert journal.offset + journal.size <= mib * MIB
    # One version of the firmware, or two and what lies beside them; a journal of 1.5 MiB.
    assert vfs.size >= (1.3 if mib == 4 else 2.5) * MIB
    assert journal.size == (0xB0000 if mib == 4 else 0x180000)
    assert not any(one.offset % 4096 or one.size % 4096 for one in table)


def test_what_has_no_table():
    with pytest.raises(PartitionError, match="no table for 2 MiB"):
        with_journal(_OFFICIAL, 2 * MIB)
    with pytest.raises(PartitionError, match="ESP32_GENERIC"):
        with_journal(_OFFICIAL[:3], 4 * MIB)


@pytest.mark.parametrize("has_digest", [True, False])
def test_an_image_with_our_table(tmp_path, has_digest):
    path = tmp_path / "image.bin"
    path.write_bytes(_image(has_digest=has_digest))
    image = image_file.read(path)
    ours = image_file.with_journal(image, 8 * MIB)
    at = partitions.ADDRESS - image_file.ADDRESS
    assert parse(ours[at:])[-1].label == "journal"
    assert (ours[:at], ours[at + 0xC00 :]) == (image[:at], image[at + 0xC00 :])


@pytest.mark.parametrize(
    "image, reason",
    [
        (b"PK\x03\x04", "no image of an ESP32. Take the .bin"),
        (_image(chip=9), "another chip"),
        (_image(project=b"tasmota"), "not of MicroPython"),
        (_image(version=b"v1.25.0"), "MicroPython 1.25.0; 1.26.1 is the oldest"),
        (_image()[:0xF070], "not whole"),  # no application behind its description
        (_image()[:-50_000], "not whole"),
        (_image()[:-1], "not whole"),
        (_image(has_digest=False)[:-1], "not whole"),
        (_image()[:-50_000] + b"\0" + _image()[-49_999:], "not whole, or damaged"),
        (_image()[:0x800] + b"\1" + _image()[0x801:], "not whole, or damaged"),
    ],
)
def test_files_that_are_refused(tmp_path, rill, image, reason):
    path = tmp_path / "image.bin"
    path.write_bytes(image)
    status, _, said = rill("flash", "/dev/no", path)
    assert status == 2 and reason in said
    status, _, said = rill("flash", "/dev/no", tmp_path / "none.bin")
    assert status == 2 and "can't be read" in said


def test_a_meter_with_unread_readings(tmp_path):
    tree = flashed_tree(tmp_path, device="m")
    with ServedBoard(tmp_path / "board", tree) as board:
        assert board.wait_asleep()
        board.reset("power_on")  # it waits two seconds for Ctrl-C
        with pytest.raises(Refused, match=r"[1-9]\d* readings and \d+ events wait"):
            check_loss(board.path)
        assert board.wait_asleep(), "the meter does not go on"


def _with_files(folder, files):
    tree = folder / "tree"
    tree.mkdir()
    for name, text in files.items():
        (tree / name).write_text(text)
    return ServedBoard(folder / "board", tree)


@pytest.mark.parametrize("files", [{}, {"boot.py": "# This file is executed on every boot\n"}])
def test_a_new_board_may_be_flashed(tmp_path, files):
    with _with_files(tmp_path, files) as board:
        check_loss(board.path)


def test_a_board_with_another_program(tmp_path):
    files = {"main.py": "print('my greenhouse')\n", "greenhouse.py": "", "data.csv": "1\n"}
    said = (
        r"another program .*data.csv, greenhouse.py.*my greenhouse.* Nothing was touched; --force"
    )
    with _with_files(tmp_path, files) as board, pytest.raises(Refused, match=said):
        check_loss(board.path)


_OURS = with_journal(_OFFICIAL, 4 * MIB)
_OTHER = [*_OFFICIAL[:3], Partition("spiffs", 1, 0x82, 0x200000, 0x200000)]


@pytest.mark.parametrize(
    "table, written, reason",
    [
        (b"", (), None),
        (packed(_OFFICIAL), (), None),
        (packed(_OURS), (), None),
        (packed(_OTHER), ("spiffs",), None),
        (packed(_OFFICIAL), ("vfs",), "partition vfs is not empty.* BOOT .* --force"),
        (packed(_OURS), ("vfs", "journal"), "partition .* is not empty"),
        (packed(_OURS), ("journal",), "partition journal is not empty"),
        (packed(_OURS).replace(b"vfs", b"vfz"), (), "MD5.* --force"),
        (b"Arduino", (), "no partition table .* --force"),
    ],
)
def test_a_silent_board(table, written, reason):
    """A meter that sleeps has its journal in `vfs` when nobody gave it a partition."""
    flash = bytearray(b"\xff" * (4 * MIB))
    flash[partitions.ADDRESS : partitions.ADDRESS + len(table)] = table
    for one in (*_OURS, *_OTHER):
        if one.label in written:
            flash[one.offset + 4096 : one.offset + 4104] = b"littlefs"

    def read(address, size):
        return bytes(flash[address : address + size])

    if reason is None:
        check_silent(read)
        return
    with pytest.raises(Refused, match=reason):
        check_silent(read)


@pytest.mark.prove
def test_esptool_says_why_it_failed():
    ours, theirs = os.openpty()
    with pytest.raises(ChipError, match="Hold BOOT, press EN"):
        flash_bytes(os.ttyname(theirs))
    os.close(ours)
    os.close(theirs)
