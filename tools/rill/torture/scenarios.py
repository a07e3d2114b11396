"""The scenes of a meter's life in which power fails."""

import json
import struct
import zlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rill.board_process import Board
from rill.torture.headend import HeadEnd
from rill.world import World

_DAY_S = 86_400
CONFIG = {"device": "m", "slot_s": 3600, "report_s": 21600, "broker_host": "127.0.0.1"}
CONFIG |= {"wifi_ssid": "bench", "message_bytes": 512}


@dataclass
class Scene:
    """A board in its surroundings, at the beginning of a wake."""

    board: Board
    world: World
    head_end: HeadEnd

    def configure(self, **changes) -> None:
        values = {**CONFIG, "broker_port": self.head_end.port, **changes}
        (self.board.flash / "config.json").write_text(json.dumps(values))


@dataclass(frozen=True)
class Scenario:
    """wakes: so many of them are cut. warm_up: so many come before, uncut.

    before: by number of the wake, the first is 1: what happens before it; it may return the
    cause of that wake. pulse_s: a pulse each. since: see board/stored.py.
    """

    wakes: int
    warm_up: int = 0
    prepare: Callable[[Scene], None] = lambda scene: None
    before: dict[int, Callable[[Scene], str | None]] = field(default_factory=dict)
    config: dict = field(default_factory=dict)
    pulse_s: int = 700
    is_retained: bool = False
    reads_since: int = 0

    def pulses(self) -> array:
        days = 1 + (self.wakes + self.warm_up) // 24
        return array("q", range(5_000_000, days * _DAY_S * 1_000_000, self.pulse_s * 1_000_000))


def _press(scene: Scene) -> str:
    return "button"


def _acknowledge(acks: int | None) -> Callable[[Scene], None]:
    def act(scene: Scene) -> None:
        scene.head_end.acks = acks

    return act


def _network_says(offset_s: int) -> Callable[[Scene], str]:
    def act(scene: Scene) -> str:
        scene.world.network_offset_s = offset_s
        return "button"

    return act


def _configured(**changes) -> Callable[[Scene], None]:
    return lambda scene: scene.configure(**changes)


def _no_power(scene: Scene) -> str:
    scene.board.lose_power(7)
    return "power_on"


_FILL = """
from firmware.app import open_store
from firmware.core import record
from firmware.hal.nvs import Nvs
from firmware.storage import frame
from firmware.storage.checkpoint import Checkpoint, NAMES, NEW, Vault
vault = Vault(Nvs())
store = open_store(vault)
full = store.files.folder("full")
seq = 1
most = store._most_reading_bytes() // 196608
for n in range(most):
    first, part = seq, b""
    for k in range(196252 // 212):
        part += frame.wrap(seq, b"\\x09" + bytes(201))
        seq += 1
        if len(part) > 12000:
            full.append("r%08x" % first, part)
            part = b""
    full.append("r%08x" % first, part)
known = dict(zip(NAMES, NEW))
known.update(is_blank=0, boot=1, journal=store.id, cursor_seq=seq, next_seq=seq)
vault.save(Checkpoint(*[known[name] for name in NAMES]))
"""


def _run(scene: Scene, text: str) -> None:
    script = Path(scene.board.flash).parent / "prepare.py"
    script.write_text(text)
    scene.board.run(script)
    script.unlink()


def _fill(scene: Scene) -> None:
    """All segments but one are there, and the next reading opens the one too many."""
    _run(scene, _FILL)


def _old_frame(seq: int, body: bytes) -> bytes:
    head = struct.pack("<BI", len(body), seq) + body
    return head + struct.pack("<IB", zlib.crc32(head), len(body))


_OLD = """
import os
from firmware.hal.files import mount
from firmware.hal.flash import journal_device
mount(journal_device(), "/journal")
for name, content in {files!r}.items():
    with open("/journal/" + name, "wb") as f:
        f.write(content)
"""


def _write_old(scene: Scene) -> None:
    """The journal of firmware 0.1, format 1: three segments, 30 of 90 readings acknowledged."""
    files = {"id": b"00112233445566ff"}
    for first in (1, 31, 61):
        frames = b""
        for seq in range(first, first + 30):
            body = struct.pack("<BIHHQIHQII", 1, 1_767_225_600 + 3600 * seq, 3, 0, 1000 * seq,
                               1000, 3600, seq, seq, 0)  # fmt: skip
            frames += _old_frame(seq, body)
            if seq > 60:
                scene.world.noted.append((ord("r") << 32 | seq, body))
        files[f"r{first:08x}"] = frames
    content = struct.pack("<HIQQIII", 3, 31, 90_000, 90, 0, 90, 0)
    files["checkpoint"] = content + struct.pack("<I", zlib.crc32(content))
    for seq in range(1, 31):
        row = (1000 * seq, 1000, 3600)
        scene.head_end.book.rows["00112233445566ff", "readings", seq] = row
    _run(scene, _OLD.format(files=files))


SCENARIOS = {
    "first_boot": Scenario(wakes=3),
    "steady_month": Scenario(wakes=724, warm_up=2),
    "full_journal": Scenario(wakes=8, warm_up=1, prepare=_fill, reads_since=5000),
    "partial_ack": Scenario(
        wakes=10,
        warm_up=2,
        config={"report_s": 3600, "message_bytes": 320},
        before={
            1: _acknowledge(0),
            4: _acknowledge(1),
            6: _acknowledge(2),
            8: _acknowledge(None),
        },
    ),
    "clock_set": Scenario(
        wakes=9,
        warm_up=1,
        config={"report_s": 3600},
        before={2: _press, 3: _network_says(7200), 4: _network_says(7200), 6: _network_says(-9000),
                7: _network_says(-9000)},  # fmt: skip
    ),
    "config_change": Scenario(
        wakes=7,
        warm_up=3,
        before={
            1: _configured(report_s=7200, changed_by="a person"),
            3: _configured(slot_s=7),
            5: _configured(pulse_weight_ml=500),
        },
    ),
    "migration": Scenario(wakes=4, prepare=_write_old),
    "brown_out": Scenario(
        wakes=9, warm_up=4, before={n: _no_power for n in range(1, 8)}
    ),
    "retained": Scenario(wakes=40, warm_up=3, is_retained=True),
}  # fmt: skip
