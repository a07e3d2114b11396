"""Plans the reports of meters as their firmware does: fleet.py IMAGE JOB RESULT.

A job is 32-bit words: the numbers in _JOB, then the number in the name of each meter. The result:
the seconds of the run, each with how many meters connect in it; then for each meter the age of
what the head end has of it, when that is oldest, and the second in which it delivers what the
outage has kept back.
"""

import random
import sys
from array import array

_JOB = (
    "report_s", "slot_s", "window_s", "begin_s", "end_s", "run_s", "attach_s", "lost", "seed",
)  # fmt: skip
# Unix time of second 0, or the last midnight before at which a report slot begins: the energy of a
# day has just begun, too.
_MIDNIGHT_S = 1_789_948_800
_DAY_S = 86_400
_CELLS = 2  # what is lost; 0: the broker, so that the network refuses; 1: an answer of either
# Of a report that fails over a BC66, which is off since the one before: until it has joined, and
# of each try, until it is refused or has waited for an answer. A try is a burst for the
# connection, and one more (docs/fleet.md).
_JOIN_MS = 20_000
_TRY_MS = 4000, 22_000
_TRY_BURSTS = 2
_MODEM = {"link": "nbiot", "modem": "bc66", "modem_key_pin": 25, "modem_reset_pin": 26}


class Chance:
    """In place of os: the same in each run."""

    @staticmethod
    def urandom(size):
        return random.getrandbits(8 * size).to_bytes(size, "little")


class Clock:
    """Of the budget of one report."""

    now_ms = 0

    def ticks_ms(self):
        return self.now_ms

    def elapsed_ms(self, since_ms):
        return self.now_ms - since_ms


class Radio:
    """What reports that fail take of a day's energy, as joining.py and climbing.py ask."""

    def __init__(self):
        self._day = self._spent_mj = 0

    def wait_s(self, now_s, window_s):
        """Seconds until there is enough for a report, 0: there is."""
        from firmware.core import backoff

        if now_s // _DAY_S != self._day:
            self._day, self._spent_mj = now_s // _DAY_S, 0
        if self._budget(Clock()).is_enough(True):
            return 0
        return backoff.tomorrow_s(now_s, window_s, random.getrandbits(16))

    def fail_s(self, lost):
        """Seconds until a report is given up."""
        clock = Clock()
        budget = self._budget(clock)
        if lost == _CELLS:
            clock.now_ms = max(0, budget.left_ms())
        else:
            _call(budget, clock, _TRY_MS[lost])
        self._spent_mj += budget.spent_mj()
        return clock.now_ms // 1000

    def _budget(self, clock):
        from firmware.core import radio

        return radio.Budget(clock, radio.DAY_MJ - self._spent_mj, 0)


def _call(budget, clock, try_ms):
    """Join, and try each rung of the ladder, until the budget is spent."""
    from firmware.core import fault, ladder, radio

    budget.sends(radio.JOINING)
    clock.now_ms += _JOIN_MS
    budget.enter(radio.CONNECTED)
    tried, rung = [], 0
    while rung is not None and budget.left_ms() > 0:
        tried.append(rung)
        budget.sends(_TRY_BURSTS)
        clock.now_ms += max(0, min(try_ms, budget.left_ms()))
        rung = ladder.next_rung(fault.CONNECT, tried)


class State:
    """What planning.py looks at."""

    failures = next_report_s = 0


_kept = {}


def call(module, name, *arguments):
    """As that of firmware/passing.py, but what has come stays."""
    act = _kept.get((module, name))
    if act is None:
        act = _kept[module, name] = getattr(__import__(module, None, None, (name,)), name)
    return act(*arguments)


def run(job, numbers, counts):
    """Yields for each meter the greatest age and when it is heard again, in seconds."""
    from firmware import planning
    from firmware.config import checked
    from firmware.core import schedule

    planning.os, planning.call = Chance, call
    report_s, slot_s, window_s, begin_s, end_s, run_s, attach_s, lost, seed = job
    random.seed(seed)
    settings = {"slot_s": slot_s, "report_s": report_s, "report_window_s": window_s}
    settings.update(_MODEM)
    config = checked(settings)
    zero_s = _MIDNIGHT_S
    while zero_s % report_s:
        zero_s -= _DAY_S
    for number in numbers:
        config.device = "meter-%09d" % number
        state, link = State(), Radio()
        planning.after_report(state, config, None, zero_s - schedule.EARLY_S - 1, 0, False, 0)
        known_s = (state.next_report_s - report_s) // slot_s * slot_s  # the newest reading sent
        most_s = again_s = 0
        while state.next_report_s < zero_s + run_s:
            now_s = state.next_report_s
            if attach_s:
                now_s += random.getrandbits(16) * attach_s >> 16
            at_s, retry_s = now_s - zero_s, link.wait_s(now_s, window_s)
            if retry_s or begin_s <= at_s < end_s:
                state.failures = min(state.failures + 1, 255)
                if not retry_s:
                    counts[at_s] += lost != _CELLS
                    now_s += link.fail_s(lost)
            else:
                counts[at_s] += at_s < run_s
                most_s = max(most_s, now_s - known_s)
                known_s = (now_s + schedule.EARLY_S) // slot_s * slot_s
                if at_s >= end_s and not again_s:
                    # Nothing waits at a meter that was not to report in the outage.
                    again_s = at_s if state.failures or not end_s else end_s
                state.failures = 0
            planning.after_report(state, config, None, now_s, retry_s, False, 0)
        yield most_s, again_s


def main(image, asked, told):
    sys.path[:] = [image, ".frozen", image + "/lib"]
    with open(asked, "rb") as f:
        words = array("I", f.read())
    job = words[: len(_JOB)]
    counts, ages = array("H", bytes(2 * (job[5] + job[6] + 1))), array("I")
    for most_s, again_s in run(job, memoryview(words)[len(_JOB) :], counts):
        ages.append(most_s)
        ages.append(again_s)
    with open(told, "wb") as f:
        f.write(counts)
        f.write(ages)
    print("done")


main(*sys.argv[1:])
