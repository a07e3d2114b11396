"""A prompt without a cable: board.py FLASH LOG. Each act of its flash goes into the log.

Standard input: the length of some code in a line, then the code. Output: what it prints, \\x04,
the traceback if there was one, \\x04. An act: address and length (0: an erase of 4096 bytes), then
the bytes.
"""

import io
import struct
import sys

import vfs

_BLOCK_BYTES = 4096
_LITTLEFS = {"progsize": 32, "readsize": 32, "lookahead": 32}


class Flash:
    def __init__(self, path, log):
        with open(path, "rb") as f:
            self.content = bytearray(f.read())
        self._log = open(log, "wb")

    def readblocks(self, block, buffer, offset=0):
        start = block * _BLOCK_BYTES + offset
        buffer[:] = self.content[start : start + len(buffer)]

    def writeblocks(self, block, buffer, offset=None):
        start = block * _BLOCK_BYTES + (offset or 0)
        self.content[start : start + len(buffer)] = buffer
        self._log.write(struct.pack("<II", start, len(buffer)))
        self._log.write(buffer)

    def ioctl(self, operation, argument):
        if operation == 4:
            return len(self.content) // _BLOCK_BYTES
        if operation == 5:
            return _BLOCK_BYTES
        if operation == 6:
            start = argument * _BLOCK_BYTES
            self.content[start : start + _BLOCK_BYTES] = b"\xff" * _BLOCK_BYTES
            self._log.write(struct.pack("<II", start, 0))
        return 0


def main(path, log):
    device = Flash(path, log)
    vfs.umount("/")
    vfs.mount(vfs.VfsLfs2(device, **_LITTLEFS), "/")
    names = {}
    while size := sys.stdin.buffer.readline():
        error = io.StringIO()
        try:
            exec(sys.stdin.buffer.read(int(size)).decode(), names)
        except Exception as raised:  # noqa: BLE001 - the other side tells
            sys.print_exception(raised, error)
        sys.stdout.write("\x04" + error.getvalue() + "\x04")


main(*sys.argv[1:])
