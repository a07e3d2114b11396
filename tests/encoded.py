"""Batches of made-up records, encoded by the firmware under MicroPython for host tests."""

import json
import random
import subprocess

from rill.image import ROOT, build
from rill.interpreter import micropython
from rill.message import EventRow, Quality, Row

HEAD = {"device": "meter-1", "journal": "00112233445566ff", "oldest": 1}
_TEXTS = ("", "0.1.0, own partition", "Wärme ✓", "a/b {c} [d]", "x" * 40)

# Reads lines [profile, stream, budget, records] and prints lines [topic, payload in hex].
_SCRIPT = """
import json, sys
sys.path[:] = [{image!r}, ".frozen", {image!r} + "/lib"]
from binascii import hexlify
from firmware.config import checked
from firmware.core.event import Event
from firmware.core.record import Reading
from firmware.report import profile_of
for line in sys.stdin:
    name, stream, head, budget, records = json.loads(line)
    profile = profile_of(checked({{"device": "meter-1", "profile": name}}), "meter-1", None)
    batch = profile.batch([(key, head[key]) for key in head] + [("stream", stream)], budget)
    def send():
        print(json.dumps([profile.topic(stream), str(hexlify(batch.payload()), "ascii")]))
        batch.clear()
    for seq, fields, dated, columns in records:
        found = Event(*fields) if stream == "events" else Reading(*fields)
        if not batch.add(seq, found, dated, columns):
            send()
            if not batch.add(seq, found, dated, columns):
                raise ValueError("it does not fit")
    send()
    print("null")
"""


def records(seed: int, stream: str, n: int) -> list[tuple]:
    """(row, what the firmware is given) of n records, some with the extremes of their ranges."""
    source = random.Random(f"{seed} {stream}")
    return [_record(source, stream, seq) for seq in range(1, n + 1)]


def _integer(source, low, high):
    """Any size is as likely, and so are the ends."""
    if source.random() < 0.1:
        return source.choice((low, high))
    n = source.getrandbits(source.randint(1, 63))
    return low + n % (high - low + 1)


def _record(source, stream, seq):
    seq = None if stream == "live" else seq
    is_dated = source.random() < 0.9
    time_s = _integer(source, 1, 2**32 - 1)
    boot = _integer(source, 0, 65535)
    uncertainty_s, flags = _integer(source, 0, 65535), _integer(source, 0, 65535)
    dated = (time_s if is_dated else None, uncertainty_s, flags)
    undated = {} if is_dated else {"boot": boot, "uptime_s": time_s}
    if stream == "events":
        before, after = (_integer(source, -(2**63), 2**63 - 1) for _ in range(2))
        code, text = _integer(source, 1, 255), source.choice(_TEXTS)
        fields = (code, time_s, boot, 0, uncertainty_s, 0, before, after, text)
        row = EventRow(seq, dated[0], code, before, after, text, flags, uncertainty_s, **undated)
        return row, (seq, fields, dated, ())
    odometer_ml, interval_ml = _integer(source, 0, 2**63 - 1), _integer(source, 0, 2**32 - 1)
    battery_mv = _integer(source, 0, 65535)
    columns = _columns(source) if source.random() < 0.3 and stream == "readings" else []
    fields = (time_s, boot, 0, odometer_ml, interval_ml, battery_mv, 0, 0, 0, uncertainty_s, 0)
    quality = tuple(Quality(*one) for one in columns)
    row = Row(
        seq, dated[0], odometer_ml, interval_ml, battery_mv, flags, uncertainty_s,
        quality=quality, **undated,
    )  # fmt: skip
    return row, (seq, fields, dated, columns)


def _columns(source):
    kinds = sorted(source.sample(range(1, 14), source.randint(1, 13)))
    return [
        [
            kind,
            _integer(source, 0, 16),
            None if source.random() < 0.2 else _integer(source, -(2**31) + 1, 2**31 - 1),
            _integer(source, 0, 2**32 - 1),
            _integer(source, -(2**31), 2**31 - 1),
        ]
        for kind in kinds
    ]


def encoded(jobs: list[tuple]) -> list[list[tuple[str, bytes]]]:
    """The messages (topic, payload) of each job (profile, stream, budget in bytes, records)."""
    lines = []
    for profile, stream, budget_bytes, made in jobs:
        head = dict(HEAD)
        if stream == "readings":
            head["offset_ml"] = -250
        if stream == "live":
            head = {"device": HEAD["device"], "journal": None}
        given = [record for _, record in made]
        lines.append(json.dumps([profile, stream, head, budget_bytes, given]))
    script = _SCRIPT.format(image=str(build()))
    done = subprocess.run(
        [*micropython(), "-X", "heapsize=4000000", "-c", script],
        cwd=ROOT, capture_output=True, text=True, input="\n".join(lines) + "\n",
    )  # fmt: skip
    if done.returncode:
        raise AssertionError(done.stdout[-2000:] + done.stderr[-2000:])
    found: list[list[tuple[str, bytes]]] = [[]]
    for line in done.stdout.splitlines():
        one = json.loads(line)
        if one is None:
            found.append([])
        else:
            found[-1].append((one[0], bytes.fromhex(one[1])))
    return found[:-1]
