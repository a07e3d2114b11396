"""The files of a journal: the segment that grows, in a directory of its own, and the full ones.

littlefs reads the whole log of a directory for each file in it, and again to find free blocks:
the one that changes with each record holds one file. A segment is named by a letter and the
number of its first record.
"""

from micropython import const

from firmware.core.errors import StorageFault

# Answers of littlefs; the image's errno module has no names for them.
_ENOENT = const(2)
_ECORRUPT = const(84)


class Segments:
    """Any call may raise StorageFault or OSError.

    growing: number of the segment that grows, 0: not known. It is asked for with read_end(). How
    they grow is in appending.py.
    """

    def __init__(self, active, full, letter, growing=0):
        self.active = active
        self.full = full
        self._letter = letter
        self.salt = 0 if letter == "r" else ord(letter)  # readings have none since format 1
        self.growing = growing or None

    def read_end(self, buffer):
        """Fill the buffer from the end of the newest segment; its size, None: there is none."""
        if self.growing is not None:
            size = self._end(self.active, self.growing, buffer)
            if size is not None:
                return size
        found = sorted(self._numbers(self.active))
        for number in found[:-1]:  # none of ours leaves two
            self.active.move(self.name(number), self.full)
        self.growing = found[-1] if found else None
        newest = self.newest()
        if newest is None:
            return None
        return self._end(self._folder(newest), newest, buffer)

    def _end(self, folder, number, buffer):
        try:
            return folder.read_end(self.name(number), buffer)
        except OSError as error:
            if error.errno == _ECORRUPT:
                return folder.size(self.name(number))  # of what can't be read
            raise

    def newest(self):
        return self.before(None) if self.growing is None else self.growing

    def before(self, limit):
        """The newest segment below limit (None: of all), or None."""
        return max((n for n in self._all() if limit is None or n < limit), default=None)

    def after(self, limit):
        """The oldest segment above limit (None: of all), or None."""
        return min((n for n in self._all() if limit is None or n > limit), default=None)

    def read(self, number, offset, buffer):
        """Bytes of a segment into buffer; the number read, 0 at its end or when it is gone.

        None: what is there can't be read, for good; what is behind it may be.
        """
        try:
            return self._folder(number).read(self.name(number), offset, buffer)
        except OSError as error:
            if error.errno == _ECORRUPT:
                return None
            if error.errno == _ENOENT:
                return 0
            raise StorageFault("segment %d not readable: %s" % (number, error))

    def size(self, number):
        return self._folder(number).size(self.name(number)) or 0

    def _all(self):
        found = self._numbers(self.full)
        if self.growing is not None:
            found.append(self.growing)
        return found

    def _numbers(self, folder):
        """In no order. Other files are none of our business."""
        found = []
        try:
            for name in folder.names():
                number = self.number(name)
                if number:
                    found.append(number)
        except OSError as error:
            raise StorageFault("journal not readable: %s" % error)
        return found

    def number(self, name):
        """Of the segment with that name, 0 when it is none of this stream."""
        try:
            number = int(name[1:], 16)
        except ValueError:
            return 0
        return number if number > 0 and name == self.name(number) else 0

    def _folder(self, number):
        return self.active if number == self.growing else self.full

    def name(self, number):
        return "%s%08x" % (self._letter, number)
