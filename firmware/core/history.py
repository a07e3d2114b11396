"""What a probe has read before: only that shows noise between readings, a stuck input, a film.

Everything fits into a few bytes of retained memory; a loss of power forgets it.
"""

import struct

from micropython import const

_LAST = const(5)
_STUCK = const(20)  # readings that are the same to the last digit
_TURNS = const(2)
_WINDOWS = const(4)  # of six hours: 18 to 24 hours have the clearest moment of a day
_WINDOW_S = const(21_600)
_NEVER = const(0xFFFFFFFF)


class History:
    """The last readings of one probe, as they came: microvolts, or hundredths of a degree."""

    LAYOUT = "<B5i"

    def __init__(self):
        self.values = []  # newest first
        self.equal = 0  # readings in a row that were the same

    def pack(self):
        count = len(self.values)
        return struct.pack(
            self.LAYOUT, count << 5 | self.equal, *(self.values + [0] * (_LAST - count))
        )

    def unpack(self, content):
        head, *values = struct.unpack(self.LAYOUT, content)
        self.equal = head & 31
        self.values = list(values[: head >> 5])

    def take(self, value):
        is_equal = bool(self.values) and value == self.values[0]
        self.equal = min(self.equal + 1, _STUCK) if is_equal else 0
        self.values = ([value] + self.values)[:_LAST]

    def is_stuck(self):
        """True from the 21st equal reading on."""
        return self.equal >= _STUCK

    def is_noisy(self, jump):
        """True when the last readings go to and fro, more than once and by more than `jump`.

        A step is no noise, nor a peak: mud comes suddenly, stays, and goes.
        """
        values = self.values
        steps = [values[n] - values[n + 1] for n in range(len(values) - 1)]
        far = [step for step in steps if abs(step) > jump // 4]
        turns = len([n for n in range(1, len(far)) if (far[n] < 0) != (far[n - 1] < 0)])
        if turns < _TURNS:
            return False
        return sum([abs(step) for step in steps]) - (max(values) - min(values)) > jump


class Clarity:
    """The clearest moment of the last day, by windows of six hours: mud passes, a film stays."""

    LAYOUT = "<4I4i"

    def __init__(self):
        self._numbers = [_NEVER] * _WINDOWS
        self._best = [0] * _WINDOWS

    def pack(self):
        return struct.pack(self.LAYOUT, *(self._numbers + self._best))

    def unpack(self, content):
        values = list(struct.unpack(self.LAYOUT, content))
        self._numbers, self._best = values[:_WINDOWS], values[_WINDOWS:]

    def take(self, time_s, uv):
        """time_s: of any clock that goes on; uv: at 25 degrees, the higher the clearer."""
        number = time_s // _WINDOW_S
        place = number % _WINDOWS
        if self._numbers[place] != number or uv > self._best[place]:
            self._numbers[place], self._best[place] = number, uv

    def clearest_uv(self, time_s):
        """Of the last 18 to 24 hours, None when they are not all known."""
        number = time_s // _WINDOW_S
        for before in range(_WINDOWS):
            if self._numbers[(number - before) % _WINDOWS] != number - before:
                return None
        return max(self._best)
