"""A prompt without a cable: board.py FLASH LOG. Each act of its flash goes into the log.

Standard input: the length of some code in a line, then the code. Output: what it prints, \\x04,
the traceback if there was one, \\x04. An act: address and length (0: an erase of 4096 bytes), then
the bytes.
"""

import io
import struct
import sys

import vfs

from flash import LITTLEFS, Flash


def main(path, log):
    with open(path, "rb") as f:
        content = bytearray(f.read())
    acts = open(log, "wb")

    def note(start, data):
        acts.write(struct.pack("<II", start, len(data)))
        acts.write(data)

    vfs.umount("/")
    vfs.mount(vfs.VfsLfs2(Flash(content, note), **LITTLEFS), "/")
    names = {}
    while size := sys.stdin.buffer.readline():
        error = io.StringIO()
        try:
            exec(sys.stdin.buffer.read(int(size)).decode(), names)
        except Exception as raised:  # noqa: BLE001 - the other side tells
            sys.print_exception(raised, error)
        sys.stdout.write("\x04" + error.getvalue() + "\x04")


main(*sys.argv[1:])
