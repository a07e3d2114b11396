"""Batches for the profile `packed`: seeded ones, and the firmware's own encoding of them."""

import json
import subprocess
import tempfile
from pathlib import Path
from random import Random

from rill.image import build
from rill.interpreter import micropython

# Encodes each line of a file as sending.py does: a full message ends, the next one begins.
_SCRIPT = """
import json, sys
sys.path[:] = [sys.argv[1], ".frozen", sys.argv[1] + "/lib"]
from firmware.core.event import Event
from firmware.core.record import Reading
from firmware.uplink.packed import Packed
with open(sys.argv[2]) as given, open(sys.argv[3], "w") as made:
    for line in given:
        batch = json.loads(line)
        packed = Packed(batch["head"], batch["budget"], batch["slot_s"], batch["unit_ml"])
        messages = []
        for seq, time_s, boot, values, dated, columns in batch["records"]:
            if batch["is_event"]:
                found = Event(values[0], time_s, boot, 0, 0, 0, *values[1:])
            else:
                found = Reading(time_s, boot, 0, *values, 0, 0, 0, 0, 0)
            if not packed.add(seq, found, dated, columns):
                messages.append((packed.count, bytes(packed.payload()).hex()))
                packed.clear()
                assert packed.add(seq, found, dated, columns), batch
        messages.append((packed.count, bytes(packed.payload()).hex()))
        json.dump(messages, made)
        made.write("\\n")
"""
_SLOTS_S = (60, 300, 900, 3600)
_UNITS_ML = (1, 10, 100, 1000, 10_000)
_KINDS = range(1, 14)
_LETTERS = "abcXYZ019-_"


def encoded(batches: list[dict]) -> list[list[tuple[int, bytes]]]:
    """Of each batch its messages, and how many records are in each."""
    with tempfile.TemporaryDirectory(prefix="rill-") as folder:
        script, given, made = (Path(folder) / name for name in ("script.py", "given", "made"))
        script.write_text(_SCRIPT)
        given.write_text("".join(json.dumps(batch) + "\n" for batch in batches))
        command = [*micropython(), str(script), str(build()), str(given), str(made)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        lines = made.read_text().splitlines()
    return [
        [(count, bytes.fromhex(message)) for count, message in json.loads(line)] for line in lines
    ]


def random_batch(random: Random) -> dict:
    """What a meter might send on a bad day; and now and then what none would."""
    stream = random.choice(("readings", "readings", "readings", "events", "events", "live"))
    device = "".join(random.choices(_LETTERS, k=random.randint(1, 32)))
    if random.random() < 0.5:
        device = f"rill-{random.getrandbits(48):012x}"
    head = [["device", device], ["stream", stream]]
    journal = None if stream == "live" else f"{random.getrandbits(64):016x}"
    head.append(["journal", journal])
    if stream != "live" and random.random() < 0.7:
        head.append(["oldest", random.randint(1, _up_to(random, 32))])
        head.append(["offset_ml", _signed(random, 64)])
    batch = {
        "head": head,
        "budget": random.randint(320, 1500),
        "slot_s": random.choice(_SLOTS_S),
        "unit_ml": random.choice(_UNITS_ML),
        "is_event": stream == "events",
    }
    if stream == "events":
        batch["records"] = [_event(random) for _ in range(random.randint(1, 40))]
    else:
        count = 1 if stream == "live" else random.choice((1, 2, 5, 24, 24, 24, 40, 300))
        batch["records"] = list(_readings(random, batch, count))
        if stream == "live":
            batch["records"][0][0] = None
    return batch


def _readings(random, batch, count):
    """From a quiet meter to one whose every value jumps: `wild` is how likely each one is odd."""
    wild = random.choice((0, 0.02, 0.2, 0.9))
    seq, time_s, odometer_ml = random.randint(1, 9999), random.randint(0, 2**31), 0
    boot, cell_mv, flags, uncertainty_s = None, 3600, 0, 2
    kinds = random.sample(_KINDS, random.choice((0, 3, 3, 13)))
    quality = {kind: random.randint(-1000, 10**6) for kind in kinds}
    is_odd = lambda: random.random() < wild  # noqa: E731
    for _ in range(count):
        seq = random.randint(1, 2**32 - 1) if is_odd() else min(2**32 - 1, seq + 1)
        time_s = _up_to(random, 32) if is_odd() else time_s + batch["slot_s"]
        time_s = min(2**32 - 1, time_s + random.choice((0, 0, 0, 1, -1, 5)) * (time_s > 0))
        interval_ml = batch["unit_ml"] * int(random.expovariate(0.1))
        if is_odd():
            interval_ml = _up_to(random, random.choice((16, 32, 63)))
        odometer_ml = min(2**63 - 1, odometer_ml + interval_ml)
        if is_odd():
            odometer_ml = _up_to(random, 63)
        if is_odd():
            boot = random.choice((None, random.getrandbits(16)))
            cell_mv, flags = random.getrandbits(16), random.getrandbits(16)
            uncertainty_s = _up_to(random, 16)
        cell_mv = min(65535, max(0, cell_mv + random.randint(-9, 9)))
        columns = [_column(random, kind, quality, is_odd) for kind in kinds]
        if is_odd():
            columns = random.sample(columns, random.randint(0, len(columns)))
        dated = [None if boot is not None else time_s, uncertainty_s, flags]
        values = [odometer_ml, interval_ml, cell_mv]
        yield [seq, time_s, boot or 0, values, dated, columns]


def _column(random, kind, quality, is_odd):
    quality[kind] += random.randint(-2000, 2000)
    if is_odd():
        quality[kind] = random.randint(-(2**31) + 1, 2**31 - 1)
    quality[kind] = max(-(2**31) + 1, min(2**31 - 1, quality[kind]))
    value = None if is_odd() else quality[kind]
    flag = random.randint(0, 16) if is_odd() else 0
    return [kind, flag, value, _up_to(random, 32) if is_odd() else 5000, random.getrandbits(20)]


def _event(random):
    text = "".join(random.choices('aB3 äß水"\\', k=random.randint(0, 13)))
    time_s = _up_to(random, 32)
    dated = [random.choice((time_s, None)), _up_to(random, 16), random.choice((0, 1, 64, 65535))]
    values = [random.randint(1, 255), _signed(random, 64), _signed(random, 64), text]
    return [_up_to(random, 32) or 1, time_s, random.getrandbits(16), values, dated, []]


def _up_to(random, bits):
    """1 to 2**bits - 1, as often small as large, and the limit."""
    return random.choice((2**bits - 1, random.getrandbits(random.randint(1, bits)))) or 1


def _signed(random, bits):
    """Of so many bits with its sign: as often near 0 as far from it, and the lower limit."""
    value = random.getrandbits(random.randint(1, bits - 1))
    return random.choice((value, -value, -(2 ** (bits - 1))))
