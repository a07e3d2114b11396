"""Runs the flashed ULP program on recorded edges: `rill pulses`.

The firmware's own code puts the program into the emulator's memory, on the simulated board; then
the edges drive the pins. Of the CPU only what the program sees is modelled: it wakes, and after
its boot has taken everything down.
"""

import json
import tempfile
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rill.board_process import Board
from rill.coprocessor import SLOW_HZ, Coprocessor
from rill.image import build, build_board, ulp_program
from rill.world import World
from ulp_emulator import read_channels

# facts of the chip: docs/ulp.md
BASE_UA = 10.0
POLL_NC = 85.0
BOOT_US = 400_000
SETTLE_US = 1_000_000  # behind the last edge
WAKE_BUDGET = 12
_START = """
from firmware.sensor import open_counter
from firmware.config import parse
open_counter(parse({text!r})).start(True)
print("started")
"""


class PulsesError(Exception):
    """The settings were refused, or an edge file is not as it should be; one sentence."""


@dataclass(frozen=True)
class Loaded:
    """A coprocessor as the firmware has loaded and started it, and the GPIOs of its inputs."""

    coprocessor: Coprocessor
    pins: tuple[int, ...]

    def fresh(self, clock_factor: float = 1.0) -> Coprocessor:
        """One more of it at time 0. clock_factor: its slow clock, against what was measured."""
        return self.coprocessor.restarted(SLOW_HZ * clock_factor)


def load(settings: Mapping[str, object], image: Path | None = None) -> Loaded:
    """Load the program for a configuration; PulsesError says what the firmware refused."""
    if settings.get("pulse_sensor") == "hall":
        raise PulsesError(
            "a hall sensor is counted awake, by PCNT: no coprocessor has a part in it"
        )
    with tempfile.TemporaryDirectory(prefix="rill-") as name:
        folder = Path(name)
        script = folder / "start.py"
        script.write_text(_START.format(text=json.dumps(settings).encode()))
        world = World(array("q"))
        board = Board(folder, image or build(), build_board(), world)
        printed = board.run(script).strip()
    if printed.splitlines()[-1:] != ["started"]:
        raise PulsesError(_refusal(printed))
    pins = world.coprocessor.half("pins")
    second = pins >> 8
    return Loaded(world.coprocessor, (pins & 0xFF, *([second] if second != 255 else [])))


def _refusal(printed: str) -> str:
    """Of a traceback, what the error said."""
    last = printed.splitlines()[-1] if printed else "the firmware said nothing"
    return last.partition("Error: ")[2] or last


def run_edges(
    loaded: Loaded, path: str | Path, phase_us: int = 0, clock_factor: float = 1.0
) -> dict:
    """The numbers of `rill pulses --json`."""
    try:
        channels = read_channels(path)
    except OSError as error:
        raise PulsesError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise PulsesError(str(error)) from None
    if set(channels) - set(range(len(loaded.pins))):
        raise PulsesError(f"{path} has two lines; give the second one's pin: --pulse-pin-b 33")
    if channels and len(channels) < len(loaded.pins):
        raise PulsesError(f"{path} has one line, but the settings are for two reeds")
    run = EdgeRun(loaded.fresh(clock_factor))
    end_us = 0
    for channel, edges in channels.items():
        moved = [(t_us + phase_us, level) for t_us, level in edges]
        run.coprocessor.drive(loaded.pins[channel], moved)
        end_us = max(end_us, moved[-1][0] + SETTLE_US)
    run.to(end_us)
    return run.numbers()


class EdgeRun:
    """A coprocessor over time, with a CPU that sleeps, wakes and takes down what it finds."""

    def __init__(self, coprocessor: Coprocessor):
        self.coprocessor = coprocessor
        self.wakes = 0
        coprocessor.allow_wakes(WAKE_BUDGET)

    def to(self, us: float) -> None:
        """Everything until then."""
        cop = self.coprocessor
        cop.sleeps(True)
        while cop.advance_to(us, until_wake=True):
            self.wakes += 1
            cop.sleeps(False)
            cop.advance_to(min(us, cop.timer.now_us + BOOT_US))
            cop.take_down()
            cop.sleeps(True)

    def numbers(self) -> dict:
        """What `rill pulses --json` prints."""
        cop, timer = self.coprocessor, self.coprocessor.timer
        seconds = timer.now_us / 1_000_000
        polls_per_s = timer.polls / seconds if seconds else 0.0
        busy_s = timer.cycles / timer.fast_hz
        return {
            "forward": cop.wide("forward"),
            "reverse": cop.wide("reverse"),
            "bounces_rejected": cop.wide("rejected") + cop.wide("rejected_b"),
            "illegal_transitions": cop.wide("illegal"),
            "suspect": cop.half("chatters") + cop.half("overrates"),
            "chatter": cop.half("chatters"),
            "overrate": cop.half("overrates"),
            "bursts": cop.half("bursts"),
            "wakes": self.wakes,
            "polls": timer.polls,
            "polls_per_s": round(polls_per_s, 1),
            "cycles_per_poll_idle": timer.rest_cycles,
            "cycles_per_poll_max": timer.longest_cycles,
            "duty_percent": round(100 * busy_s / seconds, 4) if seconds else 0.0,
            "ulp_ua_estimate": round(BASE_UA + POLL_NC * polls_per_s / 1000, 2),
            "program_bytes": ulp_program().program_bytes,
            "seconds": round(seconds, 1),
        }
