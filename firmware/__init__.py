"""The modules of this package come from one file beside it, firmware.bundle, when there is one.

A file system looks a name up in each folder on the way to it, and an import asks for four names:
in littlefs a wake took 35,000 reads of the flash that way, and takes 1,800 from the bundle.
Without one, modules are files in the folder as usual. tools/rill/bundle.py has the format.
"""

from binascii import crc32
from io import IOBase

import vfs
from micropython import const

_SLOTS = const(512)  # at the end of the file, the first one last
_SLOT_BYTES = const(8)  # crc32 of a path and where the module begins; 0: a package
_NO_ENTRY = const(2)  # errno.ENOENT
_BUFFER_SIZE = const(11)  # MP_STREAM_GET_BUFFER_SIZE of MicroPython's py/stream.h
_PLACE = const("/bundle")
_FILE = (0x8000,) + (0,) * 9
_FOLDER = (0x4000,) + (0,) * 9


class _Module(IOBase):
    """One file, in which a module is read to its end before it runs and another one is read."""

    def __init__(self, file):
        self.file = file

    def readinto(self, buffer):
        return self.file.readinto(buffer)

    def ioctl(self, request, _):
        return 255 if request == _BUFFER_SIZE else 0


class _Bundle:
    """A read-only file system, as far as an import needs one. It can't be the file, too: the
    interpreter would take the one for the other.
    """

    def __init__(self, file):
        self.file = file
        self.read = _Module(file)

    def mount(self, *_):
        pass

    def stat(self, path):
        """As an import asks: is it a folder? Is it a .py? Is it a .mpy? OSError: it is none.

        An answer that is no file is cheaper than an error.
        """
        end = path[-4:]
        if end[1:] == ".py":
            return _FOLDER
        place = self.seek(path)
        if end == ".mpy" and place is None:
            raise OSError(_NO_ENTRY)
        return _FILE if place or place is None else _FOLDER

    def open(self, path, _):
        return self.read  # stat() has just gone there

    def seek(self, path):
        """Go to the begin of a module and return where it is, 0: a package, None: nothing."""
        file, wanted = self.file, crc32(path)
        n = wanted & (_SLOTS - 1)
        while True:
            file.seek(-_SLOT_BYTES * (n + 1), 2)
            slot = file.read(_SLOT_BYTES)
            if not any(slot):
                return None
            if int.from_bytes(slot[:4], "little") == wanted:
                return file.seek(int.from_bytes(slot[4:], "little"))
            n = (n + 1) & (_SLOTS - 1)


def _opened(path):
    """The bundle, None: there is none."""
    try:
        return open(path, "rb")
    except OSError:
        return None


_file = _opened(__path__ + ".bundle")  # type: ignore[operator]  # a text in MicroPython
if _file:
    vfs.mount(_Bundle(_file), _PLACE)
    __path__ = _PLACE  # type: ignore[assignment]
