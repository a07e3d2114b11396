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
    "report_s", "slot_s", "window_s", "begin_s", "end_s", "run_s", "attach_s", "is_radio_lost",
    "seed",
)  # fmt: skip
_MIDNIGHT_S = 1_789_948_800  # Unix time of second 0: the energy of a day has just begun
_REFUSED_S = 5  # a broker that is not there ends a report soon
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
    """What looking for a network that is gone takes of a day's energy, as joining.py asks."""

    def __init__(self):
        self._day = self._spent_mj = 0

    def search(self, now_s, window_s):
        """(seconds until it is given up, those that have to pass then, 0: as planned)."""
        from firmware.core import backoff, radio

        day = now_s // 86_400
        if day != self._day:
            self._day, self._spent_mj = day, 0
        clock = Clock()
        budget = radio.Budget(clock, radio.DAY_MJ - self._spent_mj, 0)
        if not budget.is_enough(True):
            chance = random.getrandbits(16)
            return 0, backoff.tomorrow_s(now_s, window_s, chance)
        clock.now_ms = max(0, budget.left_ms())
        self._spent_mj += budget.spent_mj()
        return clock.now_ms // 1000, 0


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
    report_s, slot_s, window_s, begin_s, end_s, run_s, attach_s, is_radio_lost, seed = job
    random.seed(seed)
    settings = {"slot_s": slot_s, "report_s": report_s, "report_window_s": window_s}
    settings.update(_MODEM)
    config = checked(settings)
    zero_s = _MIDNIGHT_S - _MIDNIGHT_S % report_s
    for number in numbers:
        config.device = "meter-%09d" % number
        state, search = State(), Radio()
        planning.after_report(state, config, None, zero_s - schedule.EARLY_S - 1, 0, False, 0)
        known_s = (state.next_report_s - report_s) // slot_s * slot_s  # the newest reading sent
        most_s = again_s = 0
        while state.next_report_s < zero_s + run_s:
            now_s = state.next_report_s
            if attach_s:
                now_s += random.getrandbits(16) * attach_s >> 16
            at_s, retry_s = now_s - zero_s, 0
            if begin_s <= at_s < end_s:
                took_s = _REFUSED_S
                if is_radio_lost:
                    took_s, retry_s = search.search(now_s, window_s)
                else:
                    counts[at_s] += 1
                state.failures = min(state.failures + 1, 255)
                now_s += took_s
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
