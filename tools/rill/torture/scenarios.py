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
    cause of that wake. pulse_s: a pulse each. reads_since: see board/stored.py. keeps: see
    oracle.py. failures: so often power fails in a row before a wake has ended.
    """

    wakes: int
    warm_up: int = 0
    prepare: Callable[[Scene], None] = lambda scene: None
    before: dict[int, Callable[[Scene], str | None]] = field(default_factory=dict)
    config: dict = field(default_factory=dict)
    pulse_s: int = 700
    is_retained: bool = False
    reads_since: int = 0
    keeps: int | None = None
    failures: int = 1

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


_FILLER = b"\x09" + bytes(201)  # of a kind that nobody sends
# Behind it a reading, or each power-on would look for one in the whole journal.
_LAST = struct.pack("<BIHHQIHQIIHB", 2, 1_767_222_000, 0, 0, 0, 0, 3600, 0, 0, 0, 5, 0)
_FILL = """
from firmware.app import open_store
from firmware.hal.nvs import Nvs
from firmware.storage import frame
from firmware.storage.checkpoint import NAMES, Vault
from firmware.storage.known import Checkpoint, NEW
vault = Vault(Nvs())
store = open_store(vault)
seq = 1
most = store._most_reading_bytes() // 196608
for n in range(most):
    first, part = seq, b""
    folder = store.files.folder("full" if n < most - 1 else "readings")
    for k in range(196252 // 212):
        part += frame.wrap(seq, BODY)
        seq += 1
        if len(part) > 12000:
            folder.append("r%08x" % first, part)
            part = b""
    if n == most - 1:
        part += frame.wrap(seq, LAST)
        seq += 1
    folder.append("r%08x" % first, part)
known = dict(zip(NAMES, NEW))
known.update(is_blank=0, boot=1, journal=store.id, cursor_seq=seq - 1, next_seq=seq)
vault.save(Checkpoint(*[known[name] for name in NAMES]))
print(seq)
"""


def _run(scene: Scene, text: str) -> str:
    script = Path(scene.board.flash).parent / "prepare.py"
    script.write_text(text)
    printed = scene.board.run(script)
    script.unlink()
    return printed


def _fill(scene: Scene) -> None:
    """All segments are full, and the growing one has room for a single reading."""
    text = f"BODY, LAST = {_FILLER!r}, {_LAST!r}\n{_FILL}"
    last = int(_run(scene, text).split()[-1]) - 1
    scene.world.noted += [(ord("r") << 32 | seq, _FILLER) for seq in range(1, last)]
    scene.world.noted.append((ord("r") << 32 | last, _LAST))


def _old_frame(seq: int, body: bytes) -> bytes:
    head = struct.pack("<BI", len(body), seq) + body
    return head + struct.pack("<IB", zlib.crc32(head), len(body))


_OLD = """
import os
from firmware.hal.mounting import mount
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
    "full_journal": Scenario(wakes=5, prepare=_fill, reads_since=4500, keeps=4600),
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
        wakes=9, warm_up=4, before={n: _no_power for n in range(1, 8)}, failures=6
    ),
    "retained": Scenario(wakes=40, warm_up=3, is_retained=True),
}  # fmt: skip
