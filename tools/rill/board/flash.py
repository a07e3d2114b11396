"""The journal partition: NOR flash in a file, which wears, fails and can lose power at any write.

Programming turns bits to 0 only, an erase turns 4096 bytes to 0xFF. Each program and each erase is
an operation; at the one that the world has chosen power fails: before it, after it, or in the
middle, which leaves random bits. A block that has failed for good keeps its content, and says
nothing: so does a chip. One that can't be read is an error of the driver.
"""

import errno
import random
import struct

from micropython import const

_BLOCK_BYTES = const(4096)
_PAGE_BYTES = const(256)
_ERASED = b"\xff" * 256


class Cut:
    """text: OPERATION:MODE:SEED; 1 is the first one of this run; mode before, torn or after."""

    def __init__(self, text):
        operation, self.mode, seed = text.split(":")
        self.operation = int(operation)
        random.seed(int(seed))


class Flash:
    """bad, dumb: a bit for each block, 1: it has failed for good, or can't be read. cut: None
    or a Cut.
    """

    def __init__(self, border, path, cut, bad, dumb):
        self._border = border
        self._file = open(path, "r+b")
        self._file.seek(0, 2)
        self._blocks = self._file.tell() // _BLOCK_BYTES
        self._cut = cut
        self._bad = bad
        self._dumb = dumb
        self._operations = self._programmed = 0
        self._erased = bytearray(2 * self._blocks)  # a count of 16 bits for each block

    def wear(self):
        """For the world: operations, bytes programmed, then how often each block was erased."""
        return struct.pack("<II", self._operations, self._programmed) + self._erased

    def readblocks(self, block, buffer, offset=0):
        if self._dumb >> block & 1:
            raise OSError(errno.EIO)
        self._file.seek(block * _BLOCK_BYTES + offset)
        self._file.readinto(buffer)

    def writeblocks(self, block, buffer, offset=None):
        self._begin()
        start = block * _BLOCK_BYTES + (offset or 0)
        self._programmed += len(buffer)
        old = bytearray(len(buffer))
        self._file.seek(start)
        self._file.readinto(old)
        if self._is_here("torn"):
            self._store(block, start, _torn(old, buffer))
            self._border.lose_power()
        for n, byte in enumerate(buffer):  # no list: the memory is the meter's
            old[n] &= byte
        buffer = old
        self._store(block, start, buffer)
        self._end()

    def ioctl(self, operation, argument):
        if operation == 4:
            return self._blocks
        if operation == 5:
            return _BLOCK_BYTES
        if operation == 6:
            self._erase(argument)
        return 0

    def _erase(self, block):
        self._begin()
        times = struct.unpack_from("<H", self._erased, 2 * block)[0]
        struct.pack_into("<H", self._erased, 2 * block, times + 1)
        start = block * _BLOCK_BYTES
        if self._is_here("torn"):
            for page in range(0, _BLOCK_BYTES, _PAGE_BYTES):
                old = bytearray(_PAGE_BYTES)
                self._file.seek(start + page)
                self._file.readinto(old)
                self._store(block, start + page, _half_erased(old))
            self._border.lose_power()
        for page in range(0, _BLOCK_BYTES, _PAGE_BYTES):  # the heap is the device's
            self._store(block, start + page, _ERASED)
        self._end()

    def _begin(self):
        self._border.cross()
        self._operations += 1
        if self._is_here("before"):
            self._border.lose_power()

    def _end(self):
        if self._is_here("after"):
            self._border.lose_power()

    def _is_here(self, mode):
        cut = self._cut
        return cut and cut.operation == self._operations and cut.mode == mode

    def _store(self, block, start, data):
        if not self._bad >> block & 1:
            self._file.seek(start)
            self._file.write(data)


def _torn(old, new):
    """Some of it is there, at the tear some bits are, behind it none."""
    tear = random.randrange(len(new))
    left = bytearray(old)
    for n in range(tear):
        left[n] = old[n] & new[n]
    for n in range(tear, min(tear + 4, len(new))):
        left[n] = old[n] & (new[n] | random.getrandbits(8))
    return left


def _half_erased(old):
    """A page of a block whose erase was cut: as it was, erased, or anything between."""
    choice = random.randrange(3)
    if choice == 0:
        return old
    if choice == 1:
        return b"\xff" * len(old)
    return bytes([byte | random.getrandbits(8) for byte in old])
