"""Promise: a file is the old or the new one, and no flash with anything on it is formatted."""

import gc
import os

import vfs

from expect import expect, expect_raises
from firmware.hal.files import Files
from firmware.hal.mounting import mount
from flash import (
    ROOT,
    PowerCut,
    RamFlash,
    every_cut,
    mounted,
    read_file,
    remounted,
    unmount,
    write_file,
)

OLD = b"old" * 100
NEW = b"newer" * 100


def test_replace_is_all_or_nothing_at_each_cut():
    for old, new in ((OLD, NEW), (OLD, b"n"), (b"o", NEW), (b"o", b"n")):
        flash = RamFlash()
        mounted(flash).replace("config", old)

        def check(files, done, old=old, new=new):
            expect(read_file("config") in ((new,) if done else (old, new)), True)
            expect(list(files.names()), ["config"])
            files.replace("config", b"afterwards")
            expect(read_file("config"), b"afterwards")

        every_cut(flash, lambda files, new=new: files.replace("config", new), check)


def test_after_a_write_that_failed_nothing_is_written_until_the_next_mount():
    for fail_at in range(100):
        flash = RamFlash(blocks=4)
        mounted(flash).replace("config", OLD)
        files = remounted(flash)
        flash.changes = 0
        flash.fail_at = fail_at
        flash.fails_for_ever = True
        try:
            files.replace("config", NEW)
            return
        except OSError:
            changes = flash.changes
        for call in (files.replace, files.append):
            expect_raises(OSError, call, "config", b"newest")
        gc.collect()
        gc.collect()
        expect(flash.changes, changes)
        again = remounted(flash.copy())
        expect(read_file("config"), OLD)
        again.replace("config", b"newest")
        expect(read_file("config"), b"newest")
    raise AssertionError("it never succeeded")


def test_a_blank_flash_is_formatted_once():
    flash = RamFlash()
    mounted(flash).append("a", b"1")
    remounted(flash).append("a", b"2")
    expect(read_file("a"), b"12")


def test_a_power_cut_in_the_first_format_is_mended_at_the_next_wake():
    for cut_at in range(100):
        flash = RamFlash()
        flash.cut_at = cut_at
        try:
            mount(flash, ROOT)
            vfs.umount(ROOT)
            if cut_at >= flash.changes:
                return
        except PowerCut:
            pass
        again = flash.copy()
        mounted(again).append("a", b"1")
        vfs.umount(ROOT)
    raise AssertionError("formatting without end")


def test_a_flash_with_anything_on_it_is_never_formatted():
    flash = RamFlash()
    mounted(flash).append("a", bytes(500))
    vfs.umount(ROOT)
    for n in range(2):  # both superblocks are gone, the readings are not
        flash.writeblocks(n, bytes(4096))
    check_untouched(flash)
    flash.ioctl(6, 0)
    check_untouched(flash)
    for block in (0, 1):
        for offset in (0, 63, 64, 4095):
            other = RamFlash()
            for n in (block, 5):
                other.writeblocks(n, b"\xfe", offset)
            check_untouched(other)


def check_untouched(flash):
    before = flash.copy().content
    expect_raises(OSError, mount, flash, ROOT)
    expect(flash.content, before)


def test_only_whole_files_are_named():
    files = mounted(RamFlash())
    files.append("a", b"1")
    write_file("b.new", b"half of")
    os.mkdir(ROOT + "/c")
    expect(list(files.names()), ["a"])


def test_what_is_not_there_has_no_size_and_cannot_be_read():
    files = mounted(RamFlash())
    expect(files.size("nothing"), None)
    expect_raises(OSError, files.read, "nothing", 0, bytearray(1))
    files.append("a", b"123")
    expect(files.size("a"), 3)
    expect(files.read("a", 3, bytearray(1)), 0)
    expect(files.read("a", 100, bytearray(1)), 0)
    expect(files.free_bytes() < files.capacity_bytes(), True)
    expect(Files(ROOT).size("a"), 3)


def test_a_flash_with_data_behind_two_erased_superblocks_is_not_formatted():
    flash = RamFlash()
    mounted(flash).append("a", bytes(500))
    unmount()
    data = [n for n in range(2, 16) if flash.content[n]]
    for block in (0, 1):
        flash.ioctl(6, block)
    expect_raises(OSError, mounted, flash)
    expect([n for n in range(2, 16) if flash.content[n]], data)
