"""Files that are on the flash when the call returns (littlefs commits at close)."""

import errno
import os

import vfs
from micropython import const

_BLOCK_BYTES = const(4096)
_BLOCKS = const(4)  # ioctl operation: number of blocks
_ERASE = const(6)
_REGULAR = const(0x8000)  # the kind of entry that is a file
_TEMPORARY = ".new"
# littlefs looks through its directories tag by tag, so it reads in small pieces. Its cache, and
# so what it programs at once, is four program sizes: a page of the flash. What it reads in a wake
# is measured in tests/host/test_flash_reads.py.
_READ_BYTES = const(8)
_PROGRAM_BYTES = const(64)
_LOOKAHEAD_BYTES = const(48)  # a bit for each of 384 blocks: one search for free ones in a wake
# What littlefs itself answers: not there, is there, (no) directory, invalid, too big, full,
# name too long, not empty, corrupt. The image's errno module has no names for most.
_ANSWERS = (2, 17, 20, 21, 22, 27, 28, 36, 39, 84)


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
    try:
        vfs.umount(root)  # somebody has pressed Ctrl-C in a wake that had mounted it
    except OSError:
        pass  # as it should be: nobody has
    try:
        vfs.mount(_littlefs(device), root)
    except OSError:
        if not _was_never_formatted(device):
            raise
        make(device)
        vfs.mount(_littlefs(device), root)


def unmount(root):
    vfs.umount(root)


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


class Files:
    """The files in one directory.

    An error of the flash is thrown right through littlefs, which is then in an unknown
    state: after one, every call raises OSError until the file system is mounted anew.
    """

    def __init__(self, root, failures=None):
        self._root = root
        self._prefix = root + "/" if root else ""
        self._failures = [] if failures is None else failures  # one list for a file system

    def folder(self, name):
        return Files(self._prefix + name, self._failures)

    def make(self):
        try:
            self._do(os.mkdir, self._root)
        except OSError as error:
            if error.errno != errno.EEXIST:
                raise

    def append(self, name, data):
        self._do(_write, self._prefix + name, "ab", data)

    def replace(self, name, data):
        path = self._prefix + name
        self._do(_write, path + _TEMPORARY, "wb", data)
        self._do(os.rename, path + _TEMPORARY, path)

    def read(self, name, offset, buffer):
        return self._do(_read, self._prefix + name, offset, buffer)

    def read_end(self, name, buffer):
        """One look in the directory where size() and read() are two or three."""
        try:
            return self._do(_read_end, self._prefix + name, buffer)
        except OSError as error:
            if error.errno == errno.ENOENT:
                return None
            raise

    def size(self, name):
        try:
            return self._do(os.stat, self._prefix + name)[6]
        except OSError as error:
            if error.errno == errno.ENOENT:
                return None
            raise

    def names(self):
        return [name for name, _ in self.sizes()]

    def sizes(self):
        return self._do(_sizes, self._root or ".")

    def remove(self, name):
        self._do(os.remove, self._prefix + name)

    def move(self, name, folder):
        self._do(os.rename, self._prefix + name, folder._prefix + name)

    def capacity_bytes(self):
        stat = self._do(os.statvfs, self._root or ".")
        return stat[1] * stat[2]

    def free_bytes(self):
        stat = self._do(os.statvfs, self._root or ".")
        return stat[1] * stat[3]

    def _do(self, operation, *arguments):
        if self._failures:
            raise OSError(errno.EIO)
        try:
            return operation(*arguments)
        except OSError as error:
            if error.errno not in _ANSWERS:
                self._failures.append(error.errno)
            raise error


def _write(path, mode, data):
    f = open(path, mode)  # noqa: SIM115
    try:
        f.write(data)
        f.close()
    except OSError as error:
        _close_or_keep(f)
        raise error


def _read(path, offset, buffer):
    with open(path, "rb") as f:
        f.seek(offset)
        return f.readinto(buffer)


def _read_end(path, buffer):
    with open(path, "rb") as f:
        size = f.seek(0, 2)
        f.seek(max(0, size - len(buffer)))
        f.readinto(buffer)
        return size


def _sizes(path):
    return [
        (entry[0], entry[-1])  # littlefs tells the size, last
        for entry in os.ilistdir(path)
        if entry[1] == _REGULAR and not entry[0].endswith(_TEMPORARY)
    ]


def _close_or_keep(f):
    try:
        f.close()
    except OSError:
        # Still in littlefs' list of open files. The garbage collector would write it at some
        # later time, over newer data, and then leave that list pointing to freed memory.
        _unclosed.append(f)


_unclosed: list = []
