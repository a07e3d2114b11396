"""The modules of this package come from one file beside it, firmware.bundle, when there is one.

A file system looks a name up in each folder on the way to it, and an import asks for four names:
in littlefs a wake took 35,000 reads of the flash that way, and takes 1,600 from the bundle.
Without one, modules are files in the folder as usual. tools/rill/bundle.py has the format.

Every wake has this in memory, so it is short.
"""

from binascii import crc32
from io import IOBase

import vfs
from micropython import const

_SLOTS = const(1024)  # at the end of the file, the first one last
_SLOT_BYTES = const(8)  # crc32 of a path and where the module begins; 0: a package
_NO_ENTRY = const(2)  # errno.ENOENT
_BUFFER_SIZE = const(11)  # MP_STREAM_GET_BUFFER_SIZE of MicroPython's py/stream.h
_PLACE = const("/bundle")
_FILE = (0x8000,) + (0,) * 9
_FOLDER = (0x4000,) + (0,) * 9


class _Module(IOBase):
    """One open file for all: a module is read to its end before it runs and another one is."""


class _Bundle:
    """A read-only file system, as far as an import needs one. It can't be the file, too: the
    interpreter would take the one for the other.

    file: of all modules. module: the same as a stream.
    """

    file: IOBase
    module: IOBase

    def mount(self, *_):
        pass

    def stat(self, path):
        """Of a package, or a module: the file is at its begin then. OSError.

        An import asks for the name alone, with .py and with .mpy, and a wrong kind is a cheaper
        answer to it than an error.
        """
        end = path[-4:]
        if end[1:] == ".py":  # there are none
            return _FOLDER
        wanted = crc32(path)
        for n in range(wanted & (_SLOTS - 1), 2 * _SLOTS):  # a torn file has no free slot
            self.file.seek(_SLOT_BYTES * ~(n & (_SLOTS - 1)), 2)
            slot = self.file.read(_SLOT_BYTES)
            if not any(slot):
                break
            if int.from_bytes(slot[:4], "little") == wanted:
                return _FILE if self.file.seek(int.from_bytes(slot[4:], "little")) else _FOLDER
        if end == ".mpy":
            raise OSError(_NO_ENTRY)
        return _FILE

    def open(self, path, _):
        return self.module  # an import has just asked whether it is there


def _mounted(name):
    try:
        file = open(name, "rb")  # noqa: SIM115  # as long as the interpreter runs
    except OSError:
        return None
    bundle, module = _Bundle(), _Module()
    module.readinto = file.readinto
    module.ioctl = lambda request, _: 255 if request == _BUFFER_SIZE else 0
    bundle.file, bundle.module = file, module
    vfs.mount(bundle, _PLACE)
    return _PLACE


_folder: str = __path__  # type: ignore[assignment]  # in MicroPython it is a text
__path__ = _mounted(_folder + ".bundle") or _folder  # type: ignore[assignment]
del _mounted
