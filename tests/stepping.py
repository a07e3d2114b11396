"""A world in which the coprocessor stands between two instructions while the CPU acts.

The firmware's own counter runs in MicroPython on the simulated board, over and over in one
process: before each case its script writes the case's number to MARK. Then the coprocessor is put
where the case says, and moves on only as the case says, until the CPU waits for it.
"""

from array import array
from dataclasses import dataclass

from reeds import closings
from rill.board_process import Board
from rill.coprocessor import RTC_SLOW, Coprocessor
from rill.image import build, build_board
from rill.world import World

MARK = RTC_SLOW + 8188  # the last word of RTC slow memory: nobody else's
CLOSED_MS = (1000, 1100)
AGAIN_MS = (1400, 1500)
END_MS = 2000


@dataclass(frozen=True)
class Moment:
    """The coprocessor, `steps` instructions into a run that began at start_us."""

    cop: Coprocessor
    start_us: float
    steps: int


def moments(cop: Coprocessor, from_ms: int, to_ms: int) -> list[Moment]:
    """Every instruction boundary of every poll between two times."""
    cop.advance_to(from_ms * 1000)
    found = []
    while cop.timer.due_us < to_ms * 1000:
        start_us = cop.timer.due_us
        cop.timer.advance_to(start_us - 0.001)
        before = cop.copied()
        found += [Moment(before, start_us, steps) for steps in range(length(before))]
        cop.timer.advance_to(start_us)
    return found


def length(cop: Coprocessor) -> int:
    """Instructions of the next run."""
    twin = cop.copied()
    _begin(twin)
    steps = 0
    while not twin.ulp.halted:
        twin.ulp.step()
        steps += 1
    return steps


def _begin(cop: Coprocessor) -> None:
    """Start the run that is due now."""
    timer = cop.timer
    timer.advance_to(timer.due_us - 0.001)
    timer._follow(timer.due_us)  # the pins at that moment
    cop.rtc.ticks = timer.due_us * timer.slow_hz / 1_000_000
    cop.ulp.start()


class Stepping(World):
    """cases: a Moment each. pace: instructions that the run goes on between two accesses.

    finish(cop): called with the coprocessor as the case has left it, at the next mark.
    """

    def __init__(self, cases, pace, finish):
        super().__init__(array("q"), edges=())  # each case brings its own
        self._cases = cases
        self._pace = pace
        self._finish = finish
        self._is_stepping = False

    def _poke(self, address, data):
        if address == MARK:
            self._end_case()
            number = int.from_bytes(data, "little")
            if number < len(self._cases):
                self._number = number
                self._begin_case(self._cases[number])
            return 0
        return super()._poke(address, data)

    def _begin_case(self, moment):
        self.coprocessor = moment.cop.copied()
        self.coprocessor.sleeps(False)
        self.now_us = int(moment.start_us)
        self._due_us = moment.start_us
        _begin(self.coprocessor)
        self._step(moment.steps)
        self._is_stepping = True

    def _end_case(self):
        if self._is_stepping:
            self._complete_run()
            self._is_stepping = False
            self._finish(self.coprocessor)

    def _access(self):
        if not self._is_stepping:
            return super()._access()
        self._step(self._pace)
        self.coprocessor.timer.now_us += 5  # the clock goes on, or nobody could latch it
        return self.coprocessor

    def _sleep(self, value, data):
        if self._is_stepping:
            self._complete_run()
        self.now_us += value
        return 0

    def _step(self, steps):
        ulp = self.coprocessor.ulp
        for _ in range(steps):
            if ulp.halted:
                break
            ulp.step()

    def _complete_run(self):
        """Let the run end, and the timer go on from there, if nobody has stopped it."""
        timer, ulp = self.coprocessor.timer, self.coprocessor.ulp
        while not ulp.halted:
            ulp.step()
        if timer.due_us == self._due_us:
            timer.now_us = self._due_us
            timer.due_us = self._due_us + timer.period_us() if timer._enabled() else None


def run_script(folder, world, text):
    """Run a MicroPython script on the board; what it printed."""
    script = folder / "case.py"
    script.write_text(text)
    return Board(folder, build(), build_board(), world).run(script)


def pulse_train(programs, **settings):
    """A coprocessor with two closings before it."""
    return programs(closings(CLOSED_MS, AGAIN_MS), asleep=False, **settings)
