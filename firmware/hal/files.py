"""Files that are on the flash when the call returns (littlefs commits at close)."""

import errno
import os

import vfs
from micropython import const

_BLOCK_BYTES = const(4096)
_BLOCKS = const(4)  # ioctl operation: number of blocks
_TEMPORARY = ".new"


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
        vfs.mount(_littlefs(device), root)
    except OSError:
        if not _is_blank(device):
            raise
        vfs.VfsLfs2.mkfs(device, readsize=32, progsize=32, lookahead=32)
        vfs.mount(_littlefs(device), root)


def _littlefs(device):
    return vfs.VfsLfs2(device, readsize=32, progsize=32, lookahead=32, mtime=False)  # type: ignore[abstract]


def _is_blank(device):
    """True when no superblock can be here: the first two blocks are erased flash."""
    line = bytearray(64)
    for block in range(min(2, device.ioctl(_BLOCKS, 0))):
        for offset in range(0, _BLOCK_BYTES, len(line)):
            device.readblocks(block, line, offset)
            if line != b"\xff" * len(line):
                return False
    return True


class Files:
    def __init__(self, root):
        self._root = root
        self._prefix = root + "/" if root else ""

    def append(self, name, data):
        with open(self._prefix + name, "ab") as f:
            f.write(data)

    def replace(self, name, data):
        path = self._prefix + name
        with open(path + _TEMPORARY, "wb") as f:
            f.write(data)
        os.rename(path + _TEMPORARY, path)

    def read(self, name, offset, buffer):
        with open(self._prefix + name, "rb") as f:
            f.seek(offset)
            return f.readinto(buffer)

    def size(self, name):
        try:
            return os.stat(self._prefix + name)[6]
        except OSError as error:
            if error.errno == errno.ENOENT:
                return None
            raise

    def names(self):
        for entry in os.ilistdir(self._root or "."):
            if not entry[0].endswith(_TEMPORARY):
                yield entry[0]

    def remove(self, name):
        os.remove(self._prefix + name)

    def capacity_bytes(self):
        stat = os.statvfs(self._root or ".")
        return stat[1] * stat[2]

    def free_bytes(self):
        stat = os.statvfs(self._root or ".")
        return stat[1] * stat[3]
