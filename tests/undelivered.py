"""A meter that stores on a flash which can be damaged, and a head end that doesn't acknowledge."""

import copy
import json
from pathlib import Path

from rill import image
from rill.board_process import Board
from rill.torture.headend import HeadEnd
from rill.torture.oracle import Found, Told, odometer_ml
from rill.torture.scenarios import CONFIG
from rill.world import World

FAULT, UNREADABLE = 9, 8  # docs/events.md


class Life:
    """A meter that stores and can't deliver until `head_end.acks` is None."""

    def __init__(self, folder: Path, head_end: HeadEnd):
        pulses = range(5_000_000, 100 * 3_600_000_000, 500_000_000)
        self._world = World(list(pulses))
        self.head_end = head_end
        head_end.acks = 0
        built = image.build_board()
        self._scripts = (str(built / "told.py"), "boot.py", "main.py")
        self.board = Board(folder, image.build(), built, self._world, heap_bytes=200_000)
        self.flash = folder / "journal"
        self.nvs = folder / "retained.nvs"
        self.configure()
        self.told = Told()
        self._cause = "power_on"

    def wakes(self, count: int, cut: str = "-", fuse: int = 0) -> None:
        """cut, fuse: as of Board.wake(); such a wake is not waited for."""
        for _ in range(count):
            ending = self.board.wake(self._cause, scripts=self._scripts, cut=cut, fuse=fuse)
            self.told.take(self._world.noted)
            if fuse or cut != "-":
                self._cause = "reset"
                return
            assert ending.kind == "sleep", self.board.console_end()
            assert "Traceback" not in self.board.console_end(200), self.board.console_end(200)
            woken = self._world.sleep_until(self._world.wakes_us(ending.sleep_ms))
            self._cause = "ulp" if woken else "timer"

    def hours(self, count: int) -> None:
        """As many wakes as that takes: water that never stands still asks for more than one."""
        until_us = self._world.now_us + count * 3_600_000_000
        while self._world.now_us < until_us:
            self.wakes(1)

    def configure(self, **changes) -> None:
        values = {**CONFIG, "broker_port": self.head_end.port, "report_s": 3600, **changes}
        (self.board.flash / "config.json").write_text(json.dumps(values))

    def copied(self, name: str) -> "Life":
        """Once more, with a head end that knows what this one knows."""
        twin = copy.copy(self)
        twin._world = self._world.copied()
        folder = self.flash.parent / name
        twin.board = self.board.copied(folder, twin._world)
        twin.flash, twin.nvs = folder / "journal", folder / "retained.nvs"
        twin.told = self.told.copied()
        self.head_end.book = self.head_end.book.copied()
        return twin

    def run(self, text: str) -> None:
        script = self.flash.parent / "script.py"
        script.write_text(text)
        self.board.wake("timer", scripts=(self._scripts[0], str(script)))
        self.told.take(self._world.noted)

    def found(self) -> Found:
        found = Found.parse(self.board.run(image.build_board() / "stored.py"), 0)
        assert found is not None, self.board.console_end()
        return found

    def lose_power(self) -> None:
        self.board.lose_power(5)
        self._cause = "power_on"

    def events(self, code: int) -> list[tuple]:
        return [row[1:] for (_, stream, _), row in self.head_end.book.rows.items()
                if stream == "events" and row[0] == code]  # fmt: skip

    def arrived(self, journal: str) -> dict[int, int]:
        """Odometer by number of the readings of that journal."""
        rows = self.head_end.book.rows.items()
        return {key[2]: row[0] for key, row in rows if key[:2] == (journal, "readings")}


def stored_readings(told: Told) -> dict[int, int]:
    """Odometer by number of the readings that were stored."""
    return {seq: odometer_ml(body) for (letter, seq), body in told.stored.items() if letter == "r"}
