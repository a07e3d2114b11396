"""Runs one scenario wake by wake, and each of its wakes once more for every cut in it."""

import tempfile
from array import array
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

from rill import image
from rill.board_process import Board, Ending
from rill.torture.headend import Book, HeadEnd
from rill.torture.oracle import COLUMNS, MOST_LOST_ML, Found, Told, losses
from rill.torture.scenarios import SCENARIOS, Scene
from rill.world import World

_HEAP_BYTES = 200_000
_MOST_WAKES = 4  # to be asleep again, and as many to have stored a reading
_SPOILED = 4  # kinds of damage to retained memory
_USED_BYTES = 1024  # of it: two copies of the state
_WINDOW, _ALL_EVERY = 100, 10
_FIRST_OPERATIONS = 10  # of a boot, in which power fails again
_DOUBLE_EVERY = 8  # so many cuts have a second one in the recovery
_MODES = ("before", "torn", "torn", "torn", "after")


class TortureError(Exception):
    """The scenario itself did not run: no cut was made yet."""


@dataclass
class Moment:
    """The beginning of a wake: all that a cut needs to begin there."""

    board: Board
    world: World
    book: Book
    told: Told
    cause: str
    acks: int | None
    odometer_ml: int = 0


class Trial:
    """cuts: so many seeded ones; None: all, of which this is share `share` of `shares`."""

    def __init__(self, name: str, *, seed: int = 1, cuts: int | None = None,
                 share: int = 0, shares: int = 1, firmware: Path | None = None):  # fmt: skip
        self._scenario = SCENARIOS[name]
        self._random = Random(f"{name} {seed} {share}")
        self._share, self._shares = share, shares
        self._firmware = firmware
        self._met = 0
        wakes = range(1, self._scenario.wakes + 1)
        self._wanted = None if cuts is None else Counter(self._random.choices(wakes, k=cuts))
        self.numbers = {"scenario": name, "cut_points": 0, "runs": 0, "reopened": 0}
        self.numbers |= dict.fromkeys(COLUMNS, 0) | {"max_recovery_ms": 0, "max_heap_bytes": 0}

    def run(self) -> dict:
        """The columns of this share."""
        with tempfile.TemporaryDirectory(prefix="rill-torture-") as folder, HeadEnd() as head_end:
            self._folder = Path(folder)
            self._head_end = head_end
            self._wakes()
        return self.numbers

    def _wakes(self) -> None:
        scenario = self._scenario
        world = World(scenario.pulses())
        board_folder = image.build_board()
        self._scripts = (str(board_folder / "told.py"), "boot.py", "main.py")
        self._stored = self._folder / "stored.py"
        self._show_since(scenario.reads_since)
        firmware = self._firmware or image.build()
        base = self._folder / "base"
        base.mkdir()
        board = Board(base, firmware, board_folder, world, heap_bytes=_HEAP_BYTES)
        scene = Scene(board, world, self._head_end)
        scene.configure(**scenario.config)
        scenario.prepare(scene)
        told = Told()
        told.take(world.noted)
        cause = "power_on"
        for number in range(1 - scenario.warm_up, scenario.wakes + 1):
            act = scenario.before.get(number)
            cause = act and act(scene) or cause
            moment = None
            if number >= 1 and self._is_wanted(number):
                moment = Moment(
                    board.copied(self._folder / "moment", world.copied()),
                    world.copied(),
                    self._head_end.book.copied(),
                    told.copied(),
                    cause,
                    self._head_end.acks,
                )
            ending = board.wake(cause, scripts=self._scripts)
            told.take(world.noted)
            if ending.kind != "sleep":
                raise TortureError(f"wake {number} ended in {ending.kind}:\n{board.console_end()}")
            if moment:
                self._cut(number, moment, world.wear.operations)
                self._head_end.acks = moment.acks
            woken = world.sleep_until(world.wakes_us(ending.sleep_ms))
            cause = "ulp" if woken else "timer"

    def _show_since(self, seq: int) -> None:
        text = (image.build_board() / "stored.py").read_text()
        self._stored.write_text(f"SINCE = {seq}\n{text}")
        self._since = seq

    def _is_wanted(self, wake: int) -> bool:
        return self._wanted is None or self._wanted[wake] > 0

    def _cut(self, wake: int, moment: Moment, operations: int) -> None:
        book, acks = self._head_end.book, self._head_end.acks
        moment.odometer_ml = self._odometer_ml(moment.board)
        for operation in self._operations(wake, operations):
            if self._scenario.is_retained:
                self._one(moment, content=self._spoiled(moment, operation))
            else:
                self._one(moment, cut=self._cut_at(operation))
        self._head_end.book, self._head_end.acks = book, acks

    def _operations(self, wake: int, operations: int) -> list[int]:
        """Those of this wake that are cut, from 1 on."""
        if self._scenario.is_retained:
            operations = _SPOILED
        if self._wanted is not None:
            if not operations:
                # Nothing to cut here: the next wake takes them, the last one none.
                self._wanted[wake + 1] += self._wanted[wake]
                return []
            return self._random.choices(range(1, operations + 1), k=self._wanted[wake])
        first = self._met
        self._met += operations
        return [n for n in range(1, operations + 1) if (first + n) % self._shares == self._share]

    def _cut_at(self, operation: int) -> str:
        mode = self._random.choice(_MODES)
        return f"{operation}:{mode}:{self._random.randrange(1 << 30)}"

    def _spoiled(self, moment: Moment, kind: int) -> bytes:
        """Other content of retained memory: erased, noise, half of it, a bit of it."""
        content = moment.board.retained()
        place = self._random.randrange(_USED_BYTES)
        if kind == 1:
            return b"\xff" * len(content)
        if kind == 2:
            return self._random.randbytes(len(content))
        if kind == 3:
            return content[:place] + self._random.randbytes(len(content) - place)
        flipped = bytearray(content)
        flipped[place] ^= 1 << self._random.randrange(8)
        return bytes(flipped)

    def _one(self, moment: Moment, cut: str = "-", content: bytes | None = None) -> None:
        """One cut, the way back, and what is there then; now and then once more with two."""
        self.numbers["cut_points"] += 1
        cuts = [cut] + [self._cut_at(self._random.randint(1, _FIRST_OPERATIONS))
                        for _ in range(1, self._scenario.failures)]  # fmt: skip
        self._run(moment, cuts, content)
        if content is None and self._random.randrange(_DOUBLE_EVERY) == 0:
            # The operations of the way back are not known: somewhere among its first ones.
            self._run(moment, [*cuts, self._cut_at(self._random.randint(1, 30))])

    def _run(self, moment: Moment, cuts: list[str], content: bytes | None = None) -> None:
        self.numbers["runs"] += 1
        world = moment.world.copied()
        board = moment.board.copied(self._folder / "cut", world)
        self._head_end.book, self._head_end.acks = moment.book.copied(), moment.acks
        told, cause, may_cost_ml = moment.told.copied(), moment.cause, 0
        floor_ml = moment.odometer_ml
        if content is not None:
            board.spoil_retained(content)
            cuts = []
        for cut in cuts:
            board.wake(cause, scripts=self._scripts, cut=cut)
            told.take(world.noted)
            cause = self._next_cause(board)
            if cause == "power_on":
                may_cost_ml = MOST_LOST_ML
        self._head_end.acks = None
        self._recover(board, world, told, cause, floor_ml - may_cost_ml)

    def _odometer_ml(self, board: Board) -> int:
        """As retained memory knows it, or the checkpoint."""
        twin = board.copied(self._folder / "looked_at", World(array("q")))
        found = Found.parse(twin.run(self._stored), 0)
        return found.odometer_ml if found else 0

    def _next_cause(self, board: Board) -> str:
        if self._scenario.failures == 1 and self._random.random() < 0.3:
            return "reset"
        board.lose_power(self._random.randrange(1 << 30))
        return "power_on"

    def _recover(self, board, world, told: Told, cause: str, floor_ml: int) -> None:
        known = told.last_reading()
        ending = self._wake_until_asleep(board, world, told, cause)
        for _ in range(_MOST_WAKES):
            if ending.kind != "sleep" or told.last_reading() > known:
                break
            woken = world.sleep_until(world.wakes_us(ending.sleep_ms))
            ending = self._wake_until_asleep(board, world, told, "ulp" if woken else "timer")
        # All of a long journal is read now and then, else its last days.
        is_all = self._random.randrange(_ALL_EVERY) == 0
        since = 0 if is_all else known - _WINDOW
        self._show_since(max(self._scenario.reads_since, since))
        found = Found.parse(board.run(self._stored), self._since)
        if ending.kind != "sleep" or told.last_reading() == known or found is None:
            return
        numbers = self.numbers
        numbers["reopened"] += 1
        for column, lost in losses(
            found, told, self._head_end.book, floor_ml, self._scenario.keeps
        ).items():
            numbers[column] += lost

    def _wake_until_asleep(self, board, world, told: Told, cause: str) -> Ending:
        """The last of a few wakes, all but which ended otherwise than in sleep."""
        numbers = self.numbers
        for _ in range(_MOST_WAKES):
            ending = board.wake(cause, scripts=self._scripts)
            told.take(world.noted)
            numbers["max_recovery_ms"] = max(numbers["max_recovery_ms"], round(ending.wall_ms))
            numbers["max_heap_bytes"] = max(numbers["max_heap_bytes"], ending.heap_peak_bytes)
            if ending.kind == "sleep":
                break
            cause = "reset"
        return ending
