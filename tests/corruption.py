"""A meter whose flash is damaged at random: bits, files cut off, files that changed places."""

import json
import shutil
from pathlib import Path
from random import Random

from rill import image
from rill.board_process import Board
from rill.torture.headend import HeadEnd
from rill.torture.oracle import Found, Told, odometer_ml
from rill.torture.scenarios import CONFIG
from rill.world import World

_WAKES = 60
# More readings, so that a file has many blocks.
ADD = """
from firmware.app import open_store
from firmware.core import record
from firmware.hal.nvs import Nvs
from firmware.storage.checkpoint import Vault
store = open_store(Vault(Nvs()))
last = store.last_reading()
for n in range(400):
    store.readings.append(record.pack(last))
"""
# Damage to files is done through littlefs itself, by a script that is no firmware.
_DAMAGE = """
import os, random
from firmware.hal.mounting import mount
from firmware.hal.flash import journal_device
random.seed({seed})
mount(journal_device(), "/journal")
paths = []
for folder in ("readings", "full", "events", "freezes", ""):
    for entry in os.ilistdir("/journal/" + folder):
        if entry[1] == 0x8000:
            paths.append("/journal/" + (folder + "/" if folder else "") + entry[0])
def content(path):
    with open(path, "rb") as f:
        return f.read()
def write(path, data):
    with open(path, "wb") as f:
        f.write(data)
a, b = random.choice(paths), random.choice(paths)
if {kind} == 0:
    write(a, content(a)[: random.randrange(1 + len(content(a)))])
elif {kind} == 1:
    x, y = content(a), content(b)
    write(a, y)
    write(b, x)
else:
    os.remove(a)
"""


class DamagedMeters:
    """One meter that has lived for some days, and copies of it to be damaged."""

    def __init__(self, folder: Path, head_end: HeadEnd):
        self._folder = folder
        self._head_end = head_end
        pulses = range(5_000_000, 70 * 3_600_000_000, 500_000_000)
        self.world = World(list(pulses))
        board = image.build_board()
        self._scripts = (str(board / "told.py"), "boot.py", "main.py")
        self._stored = board / "stored.py"
        base = folder / "base"
        base.mkdir()
        self.board = Board(base, image.build(), board, self.world, heap_bytes=200_000)
        values = {**CONFIG, "broker_port": head_end.port}
        (self.board.flash / "config.json").write_text(json.dumps(values))
        self.told = Told()
        cause = "power_on"
        for wake in range(_WAKES):
            if wake == _WAKES - 2:
                self._add(folder / "add.py")
            ending = self.board.wake(cause, scripts=self._scripts)
            self.told.take(self.world.noted)
            assert ending.kind == "sleep"
            woken = self.world.sleep_until(self.world.wakes_us(ending.sleep_ms))
            cause = "ulp" if woken else "timer"
        self._odometer_ml = Found.parse(self._copy("look")[0].run(self._stored), 0).odometer_ml
        self._book = head_end.book

    def _add(self, script: Path) -> None:
        """The wakes that follow know the numbers of these readings."""
        script.write_text(ADD)
        self.board.wake("timer", scripts=(self._scripts[0], str(script)))
        self.told.take(self.world.noted)

    def _copy(self, name: str) -> tuple[Board, World]:
        world = self.world.copied()
        return self.board.copied(self._folder / name, world), world

    def check(self, seed: int) -> str:
        """Damage one, let it live, and see: what it is now."""
        random = Random(seed)
        name = f"seed{seed}"
        board, world = self._copy(name)
        self._head_end.book = self._book.copied()
        told = Told(dict(self.told.stored))
        self._damage(board, random, seed)
        is_loss = random.random() < 0.3
        if is_loss:
            board.lose_power(seed)
        cause = "power_on" if is_loss else "timer"
        for _ in range(6):
            ending = board.wake(cause, scripts=self._scripts)
            stores = any(key >> 32 == ord("r") for key, _ in world.noted)
            told.take(world.noted)
            assert ending.kind == "sleep", board.console_end()
            assert "Traceback" not in board.console_end(400), board.console_end(400)
            world.sleep_until(world.wakes_us(ending.sleep_ms))
            cause = "timer"
        assert stores, board.console_end()  # whatever was damaged, it goes on
        found = Found.parse(board.run(self._stored), 0)
        assert found is not None and found.crashes == 0, board.console_end()
        assert found.odometer_ml >= self._odometer_ml, (found.odometer_ml, self._odometer_ml)
        self._check_delivered(found, told)
        shutil.rmtree(self._folder / name)
        return found.journal

    def _damage(self, board: Board, random: Random, seed: int) -> None:
        if seed % 2:
            text = _DAMAGE.format(seed=seed, kind=random.randrange(3))
            script = board.flash.parent / "damage.py"
            script.write_text(text)
            board.run(script)
            return
        path = board.flash.parent / "journal"
        content = bytearray(path.read_bytes())
        used = [n for n in range(0, len(content), 4096) if content[n : n + 4096] != b"\xff" * 4096]
        blocks = used[:2] if random.random() < 0.3 else used
        for _ in range(random.choice((1, 8, 64, 512))):
            content[random.choice(blocks) + random.randrange(4096)] ^= 1 << random.randrange(8)
        path.write_bytes(content)

    def _check_delivered(self, found: Found, told: Told) -> None:
        """Each row at the head end is what was stored under that number of that journal."""
        book = self._head_end.book
        assert not book.conflicts
        for (journal, stream, seq), content in book.rows.items():
            body = told.stored.get((stream[0], seq))
            if stream == "readings" and journal == self._journal_of(found, journal) and body:
                assert content[0] == odometer_ml(body), (journal, seq)
        for (letter, seq), body in found.bodies.items():
            if letter in "dm":  # never sent; a lost file begins again at 1
                assert body[0] == 4, (letter, seq)
            elif (letter, seq) in self.told.stored and found.journal == self._first_journal():
                assert self.told.stored[letter, seq] == body, (letter, seq)

    def _first_journal(self) -> str:
        return next(iter(self._book.rows))[0]

    def _journal_of(self, found: Found, journal: str) -> str:
        # Numbers begin anew in a journal that was made anew, and told knows them without it.
        return journal if found.journal == self._first_journal() else ""
