"""The littlefs of a block device: mounted when a wake first needs it, made when there is none.

In memory only meanwhile.
"""

import errno
import os

import vfs
from micropython import const

_BLOCK_BYTES = const(4096)
_BLOCKS = const(4)  # ioctl operation: number of blocks
_ERASE = const(6)
# littlefs looks through its directories tag by tag, so it reads in small pieces. Its cache, and
# so what it programs at once, is four program sizes: a page of the flash. What it reads in a wake
# is measured in tests/host/test_flash_reads.py.
_READ_BYTES = const(8)
_PROGRAM_BYTES = const(64)
_LOOKAHEAD_BYTES = const(48)  # a bit for each of 384 blocks: one search for free ones in a wake


class Readable:
    """A block device that never fails to read: what it can't is ones, as if erased.

    littlefs gives up at an error. Ones it knows for damage: as a link they point nowhere.
    """

    def __init__(self, device):
        self._read = device.readblocks
        self.writeblocks = device.writeblocks
        self.ioctl = device.ioctl

    def readblocks(self, block, buffer, offset=0):
        try:
            self._read(block, buffer, offset)
        except OSError:
            for n in range(len(buffer)):
                buffer[n] = 0xFF


def mount(device, root):
    """Mount the littlefs of a block device at root; make one only on a blank device.

    Without a device (None), root becomes a directory of the image's own file system.
    Raises OSError when the device holds something that cannot be mounted: it may still
    hold readings, so it is not formatted here.
    """
    if device is None:
        try:
            os.mkdir(root)
        except OSError as error:
            if error.errno != errno.EEXIST:
                raise
        return
    unmount(root)  # somebody may have pressed Ctrl-C in a wake that had mounted it
    try:
        vfs.mount(_littlefs(device), root)
    except OSError:
        if not _was_never_formatted(device):
            raise
        make(device)
        vfs.mount(_littlefs(device), root)


def unmount(root):
    try:
        vfs.umount(root)
    except OSError:
        pass  # nobody has mounted it


def erase(device, feed):
    """Every block, the first one last: until then nothing takes the device for a new one."""
    for block in range(device.ioctl(_BLOCKS, 0) - 1, -1, -1):
        try:
            device.ioctl(_ERASE, block)
        except OSError as error:
            print("block %d not erased: %s" % (block, error))  # littlefs will find another one
        feed()


def make(device):
    """A new littlefs on a device, whatever is on it."""
    vfs.VfsLfs2.mkfs(
        device, readsize=_READ_BYTES, progsize=_PROGRAM_BYTES, lookahead=_LOOKAHEAD_BYTES
    )


def _littlefs(device):
    return vfs.VfsLfs2(  # type: ignore[abstract]
        device,
        readsize=_READ_BYTES,
        progsize=_PROGRAM_BYTES,
        lookahead=_LOOKAHEAD_BYTES,
        mtime=False,
    )


def _was_never_formatted(device):
    """True on erased flash, also when power failed while its first superblock was written.

    Then one of the first two blocks, and all behind them, are still erased.
    """
    used = [n for n in range(2) if not _is_blank(device, n)]
    if len(used) == 2:
        return False
    return all(_is_blank(device, n) for n in range(2, device.ioctl(_BLOCKS, 0)))


def _is_blank(device, block):
    line = bytearray(64)
    for offset in range(0, _BLOCK_BYTES, len(line)):
        device.readblocks(block, line, offset)
        if line != b"\xff" * len(line):
            return False
    return True
