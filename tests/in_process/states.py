"""Boots from each state that a flash had: states.py FLASH LOG EXPECTED.

The log is one of board.py. Power fails before each act, also with `place` damaged by something
else, in the middle of it, and behind the last.
EXPECTED is JSON: the digests of each version's files, and those of files that never change. Prints
a JSON list of what boots, [version or null, directory] for each state; the last is then booted
three times more, without a wake that ends well.
"""

import json
import os
import struct
import sys
from hashlib import sha256

import vfs

from flash import BLOCK_BYTES, LITTLEFS, Flash

_DAMAGE = (b"\0\xff?", b"c", b"b9")


class Machine:
    SOFT_RESET = 5
    DEEPSLEEP_RESET = 4

    @staticmethod
    def reset_cause():
        return 1

    @staticmethod
    def WDT(timeout):
        pass


def digest(path):
    try:
        with open(path, "rb") as f:
            return "".join("%02x" % byte for byte in sha256(f.read()).digest())
    except OSError:
        return None


def boot(content, expected, damage=None):
    """What boot.py chooses; content is changed as it changes the flash. damage: is in `place`."""
    vfs.mount(vfs.VfsLfs2(Flash(content), **LITTLEFS), "/")
    os.chdir("/")
    if damage and "place" in os.listdir():
        with open("place", "wb") as f:
            f.write(damage)
    sys.path[:] = ["", "/lib"]
    for name in ("trial", "boot"):
        sys.modules.pop(name, None)
    sys.modules["machine"] = Machine
    try:
        for path, known in expected["always"].items():
            if digest(path) != known:
                raise ValueError("%s has changed" % path)
        if digest("boot.py") is None or digest("main.py") is None:
            return [None, None]
        with open("boot.py") as f:
            exec(f.read(), {})
        name = sys.path[0]
        for version, files in expected["versions"].items():
            if all(digest(name + "/" + path) == known for path, known in files.items()):
                return [version, name]
        return [None, name]
    finally:
        vfs.umount("/")


def main(flash, log, expected):
    with open(flash, "rb") as f:
        content = bytearray(f.read())
    with open(log, "rb") as f:
        acts = f.read()
    with open(expected) as f:
        expected = json.load(f)
    vfs.umount("/")
    print_to = sys.stdout
    found, at = [], 0
    while at < len(acts):
        start, size = struct.unpack_from("<II", acts, at)
        at += 8
        data = acts[at : at + size] if size else b"\xff" * BLOCK_BYTES
        at += size
        found.append(boot(bytearray(content), expected))
        found.append(boot(bytearray(content), expected, _DAMAGE[len(found) // 3 % 3]))
        half = len(data) // 2
        content[start : start + half] = data[:half]
        found.append(boot(bytearray(content), expected))
        content[start : start + len(data)] = data
    for _ in range(4):
        found.append(boot(content, expected))
    print_to.write("\n" + json.dumps(found) + "\n")


main(*sys.argv[1:])
