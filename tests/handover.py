"""Hand-overs between coprocessor and CPU, case by case; see stepping.py.

For tests/host/test_ulp_handover.py, a sample, and tests/prove/test_every_boundary.py, all of them.
"""

import stepping
from reeds import closings
from ulp_meter import Programs

OTHER = b'{"pulse_dead_ms": 90, "burst_s": 200}'  # settings that want another program

START = """
from machine import mem32
from firmware.sensor import open_counter
from firmware.config import parse
for case in range({cases}):
    mem32[{mark}] = case
    counter = open_counter(parse({config!r}))
    print("case", case, counter.start(), counter.read().forward)
mem32[{mark}] = {cases}
"""


def starts(tmp_path, moments, pace, config):
    """What start() and read() say in each case, and the counts when both pulses are over."""
    ends = []

    def finish(cop):
        cop.advance_to(stepping.END_MS * 1000)
        ends.append((cop.wide("forward"), cop.wide("rejected")))

    world = stepping.Stepping(moments, pace, finish)
    text = START.format(cases=len(moments), mark=stepping.MARK, config=config)
    printed = stepping.run_script(tmp_path, world, text)
    lines = [line.split()[2:] for line in printed.splitlines() if line.startswith("case ")]
    assert len(lines) == len(ends) == len(moments), printed[-2000:]
    return [(began == "True", int(count)) for began, count in lines], ends


def all_moments():
    """Of the two pulses: from just before the first closing to just after it was taken back."""
    cop = stepping.pulse_train(Programs())
    return stepping.moments(cop, stepping.CLOSED_MS[0] - 30, stepping.CLOSED_MS[1] + 80)


def check_starts(tmp_path, moments, pace, config):
    said, ends = starts(tmp_path, moments, pace, config)
    for moment, (began, count), (forward, rejected) in zip(moments, said, ends, strict=True):
        where = moment.start_us, moment.steps
        assert not began and count in (0, 1), where
        assert (forward, rejected) == (2, 0), where


READ = """
from machine import mem32
from firmware.sensor import open_counter
from firmware.config import parse
counter = open_counter(parse(b"{{}}"))
for case in range({cases}):
    mem32[{mark}] = case
    print("case", counter.read().forward)
mem32[{mark}] = {cases}
"""


class Reading(stepping.Stepping):
    """Before a case's first access the run has gone `first` instructions, at its last `last`.

    The block of counters is read in between, word by word: its words up to the forward counter's
    lower half are of one of the two moments, the others of the other.
    """

    def __init__(self, moments, lasts, lower_first):
        super().__init__(moments, 0, lambda cop: None)
        self._lasts = lasts
        self._lower_first = lower_first
        self.torn = 0

    def _begin_case(self, moment):
        super()._begin_case(moment)
        self._rest = self._lasts[self._number] - moment.steps

    def _read_bytes(self, value, data):
        address, size = value & 0xFFFFFFFF, value >> 32
        early = self._access().read(address, size)
        self._step(self._rest)
        late = self._access().read(address, size)
        if size < 100:
            return late
        first, second = (early, late) if self._lower_first else (late, early)
        mixed = first[:8] + second[8:]  # begin and forward_lo, then forward_hi
        self.torn += mixed != early and mixed != late
        return mixed


def reads(tmp_path, count, pairs_of, lower_first):
    """What read() says when the run that counts goes on from the first to the second of each pair.

    pairs_of(length of that run in instructions) gives the pairs. Also how many blocks were torn.
    """
    cop = Programs()(closings((100, 300)), asleep=False)
    cop.ulp.words[cop.symbols["forward_lo"]] = count & 0xFFFF
    cop.ulp.words[cop.symbols["forward_hi"]] = count >> 16
    while cop.wide("forward") == count:
        before = cop.copied()
        cop.timer.advance_to(cop.timer.due_us)
    pairs = pairs_of(stepping.length(before))
    moments = [stepping.Moment(before, before.timer.due_us, first) for first, _ in pairs]
    world = Reading(moments, [last for _, last in pairs], lower_first)
    text = READ.format(cases=len(moments), mark=stepping.MARK)
    printed = stepping.run_script(tmp_path, world, text)
    said = [int(line.split()[1]) for line in printed.splitlines() if line.startswith("case ")]
    assert len(said) == len(moments), printed[-2000:]
    return said, world.torn
