"""The right time of a reading that was recorded before the clock was corrected.

The last corrections are kept, newest first. Each ended an era: eras are counted, and a reading
carries the number of its own, because after a step backwards the same time comes twice.

Of a clock that drifted, the readings since the sync before get their share of the correction,
by their distance from it. Of a clock that stood wrong, all readings before it get the whole of
it. Either way readings keep their order: a drift is less than a sixteenth of the time it took.
"""

import struct

from micropython import const

_ENTRIES = const(7)  # six to date by, and one more that tells when the first of their eras began
_LAYOUT = const("<IIq")
LAYOUT = _LAYOUT[1:] * _ENTRIES
ERAS = const(256)
DRIFT_SHARE = const(16)  # a clock that is off by more than 1/16 of the time did not drift there
# Half a second each: the sync before, the sync behind it, the rounding of a reading.
_DATED_ERROR_S = const(2)
UNKNOWN_S = const(0xFFFF)  # as an uncertainty: unknown, or as large


class Dating:
    def __init__(self):
        self._corrections = [(0, 0, 0)] * _ENTRIES

    def pack(self):
        """The bytes of LAYOUT."""
        return b"".join([struct.pack(_LAYOUT, *one) for one in self._corrections])

    def restore(self, values):
        self._corrections = [tuple(values[n : n + 3]) for n in range(0, 3 * _ENTRIES, 3)]

    def add(self, begin_s, end_s, by_ms):
        """The clock was corrected by by_ms at end_s, by its own time until then.

        begin_s: since when it had drifted, 0: it had stood wrong.
        """
        self._corrections = [(begin_s, end_s, by_ms)] + self._corrections[: _ENTRIES - 1]

    def date(self, time_s, eras_ago, uncertainty_s, synced_s, wobble_ppb):
        """(time_s, uncertainty_s) as they are known today; both unchanged when it's too long ago.

        synced_s: of the present era, when the clock was last seen right. wobble_ppb: how fast
        it may go away from the straight line between two syncs.
        """
        if not self._is_of(time_s, eras_ago):
            return time_s, uncertainty_s
        if not eras_ago:
            if time_s <= synced_s:
                uncertainty_s = min(uncertainty_s, _dated_s(synced_s - time_s, wobble_ppb))
            return time_s, uncertainty_s
        begin_s, end_s, by_ms = self._corrections[eras_ago - 1]
        time_ms = 1000 * time_s
        if begin_s >= time_s:
            uncertainty_s = min(uncertainty_s, _dated_s(begin_s - time_s, wobble_ppb))
        elif begin_s:
            length_s = end_s - begin_s
            time_ms += by_ms * (time_s - begin_s) // length_s
            if DRIFT_SHARE * abs(by_ms) <= 1000 * length_s:
                distance_s = min(time_s - begin_s, end_s - time_s)
                uncertainty_s = _dated_s(distance_s, wobble_ppb)
        for begin_s, _, by_ms in self._corrections[:eras_ago]:
            if not begin_s:
                time_ms += by_ms
        return (time_ms + 500) // 1000, uncertainty_s

    def _is_of(self, time_s, eras_ago):
        """Whether that era is known and had such a time; its number may be 256 eras old."""
        if eras_ago >= _ENTRIES:
            return False
        _, began_s, by_ms = self._corrections[eras_ago]
        if 1000 * time_s < 1000 * began_s + by_ms - 1000:
            return False
        return not eras_ago or time_s <= self._corrections[eras_ago - 1][1]


def _dated_s(distance_s, wobble_ppb):
    return min(UNKNOWN_S, _DATED_ERROR_S + distance_s * wobble_ppb // 1_000_000_000)
