"""Files that are on the flash when the call returns (littlefs commits at close)."""

import errno
import os

from micropython import const

_REGULAR = const(0x8000)  # the kind of entry that is a file
_TEMPORARY = const(".new")
# What littlefs itself answers: not there, is there, (no) directory, invalid, too big, full,
# name too long, not empty, corrupt. The image's errno module has no names for most.
_ANSWERS = const((2, 17, 20, 21, 22, 27, 28, 36, 39, 84))


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
