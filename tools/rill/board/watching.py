"""Runs the detectors over the pulses of meters: watching.py IMAGE JOB...

A job is a file of 32-bit words: pulse weight in ml, last second, then the second of each pulse.
For each, lines of whole numbers: an entry for each level of an alarm, as _FIELDS, then "done".
The looks are those that a meter has: each slot, each commit_pulses pulses, when a burst begins,
and when the detectors ask for one.
"""

import sys
from array import array

_NEVER = 0xFFFFFFFF
_DAY_S = 86400
_OPEN = -1  # as end: it is still on
_FIELDS = "kind level since_s begin_s end_s rate_ml_h rate_error_ml_h lost_ml"


class Ring:
    """What the coprocessor keeps of the pulses: docs/ulp.md."""

    def __init__(self, pulses, sampling):
        self._pulses = pulses
        self._length = max(0, sampling.burst_pulses - 1)
        self._window_s = sampling.burst_s
        self._flow = 0  # the first pulse of this flow
        self.bursts = 0
        self._began_s = None  # the flow of a burst that is on

    def count(self, n):
        """Pulse n comes; True when a burst begins."""
        at, length = self._pulses[n], self._length
        if not length:
            return False
        if n and at - self._pulses[n - 1] > self._window_s:
            self._flow = n
            self._began_s = None
        first_s = self._pulses[max(0, n - length)]
        if n - self._flow < length or at - first_s > self._window_s:
            self._began_s = None
        elif self._began_s is None:
            self._began_s = first_s
            self.bursts = (self.bursts + 1) & 0xFFFF
            return True
        return False

    def burst_age_s(self, now_s, n):
        """As firmware/hal/ulp_ring.py has it."""
        if self._began_s is None:
            return None
        oldest_s = now_s - self._pulses[n - self._length]
        return max(oldest_s, now_s - self._began_s - self._window_s // self._length)

    def ages_s(self, now_s, n):
        """Of the newest pulses, when n have come."""
        first = max(0, n - max(1, self._length))
        return [now_s - self._pulses[k] for k in range(n - 1, first - 1, -1)]


class Entries:
    """Levels that are on, and the numbers that were last known of them."""

    def __init__(self):
        self._on = {}

    def take(self, changes, active, now_s):
        for change in changes:
            for level in range(change.level + 1, change.before + 1):
                entry = self._on[change.kind, level]
                entry[-1] = max(entry[-1], change.lost_ml)
                self._print(change.kind, level, now_s)
            for level in range(change.before + 1, change.level + 1):
                self._on[change.kind, level] = list(change[3:])
        for row in active:
            for level in range(1, row.level + 1):
                entry = self._on[row.kind, level]
                entry[-1] = max(entry[-1], row.lost_ml)

    def end(self):
        for kind, level in sorted(self._on):
            self._print(kind, level, _OPEN)

    def _print(self, kind, level, end_s):
        since_s, begin_s, *loss = self._on.pop((kind, level))
        print(kind, level, since_s, begin_s, end_s, *loss)


def watch(path):
    from firmware.config import checked
    from firmware.core.leaks import terms
    from firmware.core.leaks.whole import Whole
    from firmware.core.sampling import Sampling

    with open(path, "rb") as f:
        words = array("I", f.read())
    weight_ml, end_s, pulses = words[0], words[1], memoryview(words)[2:]
    config = checked({"pulse_weight_ml": weight_ml})
    sampling = Sampling(config, range(40))
    detectors = Whole(terms.usual(weight_ml, 1, sampling.burst_s))
    detectors.begin(0)
    ring, entries = Ring(pulses, sampling), Entries()
    n = looked = stored = 0  # pulses that came, that were seen, that are on flash
    now_s, slot_s, day_s, left = 0, config.slot_s, _DAY_S, config.wake_budget
    while now_s < end_s:
        asked_s = detectors.next_s() or _NEVER
        due_s = min(end_s, slot_s, max(asked_s, now_s + 1))
        is_early = False
        while n < len(pulses) and pulses[n] <= due_s and not is_early:
            begins = ring.count(n)
            is_early = begins and left > 0
            left -= is_early
            n += 1
            is_early = is_early or n - stored >= config.commit_pulses
        now_s = max(now_s, pulses[n - 1]) if is_early else due_s
        if now_s >= slot_s:
            slot_s += config.slot_s
            stored = n
        if n - stored >= config.commit_pulses:
            stored = n
        look = terms.Look(
            now_s, (n - looked) * weight_ml, n - looked, 0, ring.ages_s(now_s, n),
            ring.bursts, ring.burst_age_s(now_s, n), None, 0,
        )  # fmt: skip
        looked = n
        entries.take(detectors.take(look), detectors.active(), now_s)
        if now_s >= day_s:
            day_s, left = now_s + _DAY_S, config.wake_budget
        elif not detectors.is_bursting():
            left = max(left, 1)
    entries.end()
    print("done")


sys.path[:] = [sys.argv[1], ".frozen", sys.argv[1] + "/lib"]
for job in sys.argv[2:]:
    watch(job)
