"""Files into and out of a flash that an image mounts at "/": flash_files.py VFS put|get FOLDER.

put: what is in FOLDER is added; get: FOLDER, which is empty, gets what is there. A blank flash is
formatted.
"""

import os
import sys

import vfs

_BLOCK_BYTES = 4096
_LITTLEFS = {"progsize": 32, "readsize": 32, "lookahead": 32}
_DIRECTORY = 0x4000


class Device:
    def __init__(self, path):
        self._file = open(path, "r+b")
        self.blocks = self._file.seek(0, 2) // _BLOCK_BYTES

    def readblocks(self, block, buffer, offset=0):
        self._file.seek(block * _BLOCK_BYTES + offset)
        self._file.readinto(buffer)

    def writeblocks(self, block, buffer, offset=None):
        self._file.seek(block * _BLOCK_BYTES + (offset or 0))
        self._file.write(buffer)

    def ioctl(self, operation, argument):
        if operation == 4:
            return self.blocks
        if operation == 5:
            return _BLOCK_BYTES
        if operation == 6:
            self._file.seek(argument * _BLOCK_BYTES)
            self._file.write(b"\xff" * _BLOCK_BYTES)
        return 0


def copy(source, target):
    for entry in os.ilistdir(source):
        here, there = source + "/" + entry[0], target + "/" + entry[0]
        if entry[1] == _DIRECTORY:
            if entry[0] not in os.listdir(target):
                os.mkdir(there)
            copy(here, there)
        else:
            with open(here, "rb") as old, open(there, "wb") as new:
                new.write(old.read())


def main(path, verb, folder):
    device = Device(path)
    try:
        vfs.mount(vfs.VfsLfs2(device, **_LITTLEFS), "/flash")
    except OSError:
        vfs.VfsLfs2.mkfs(device, **_LITTLEFS)
        vfs.mount(vfs.VfsLfs2(device, **_LITTLEFS), "/flash")
    if verb == "get":
        copy("/flash", folder)
        return
    copy(folder, "/flash")
    vfs.umount("/flash")


main(*sys.argv[1:])
