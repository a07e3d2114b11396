"""`make bench`: the bytes of a day's 24 readings in each encoding, the same readings in all."""

import json
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cbor2

from rill.household import household
from rill.image import build
from rill.interpreter import micropython
from rill.message import QUALITY_KINDS
from rill.simulate import Run, Settings

_DEVICE, _JOURNAL = "rill-a0b1c2d3e4f5", "9f86d081884c7d65"
_READINGS = 24
_ROOM_BYTES = 4096
_ROW = ("odometer_ml", "interval_ml", "battery_mv")
# As in docs/record-format.md, without what only the meter itself needs; and each quality value.
_STRUCT, _COLUMN_STRUCT = "<IIHQIHH", "<BBiI"
# SenML (RFC 8428): names, units and factors of what the readings have.
_SENML = {
    "water_centi_c": ("t", "Cel", 100),
    "solids_ppb": ("tds", "mg/l", 1000),
    "turbidity_mntu": ("turb", "NTU", 1000),
}
_LABELS = {"bn": -2, "bt": -3, "n": 0, "u": 1, "v": 2, "t": 6}
_FIRMWARE = """
import json, sys
sys.path[:] = [sys.argv[1], ".frozen"]
from firmware.core.record import Reading
from firmware.uplink.packed import Packed
from firmware.uplink.rows import Rows
with open(sys.argv[2]) as file:
    head, records = json.load(file)
batches = Packed(head, {room}, 3600, 1000), Rows(head, {room})
for batch in batches:
    for seq, time_s, values, dated, columns in records:
        assert batch.add(seq, Reading(time_s, 0, 0, *values, 0, 0, 0, 0, 0), dated, columns)
    print(len(batch.payload()))
"""


def payload_sizes() -> Iterator[tuple[str, str]]:
    """For the table of bench.py: bytes with quality, and of volumes alone."""
    rows = _day()
    bare = [{**row, "quality": []} for row in rows]
    with_quality, volumes = _sizes(rows), _sizes(bare)
    yield "24 readings, bytes: with hourly quality, volumes", ""
    for name, size in with_quality.items():
        yield f"  {name}", f"{size:,}, {volumes[name]:,}"


def _day() -> list[dict]:
    """The second day of a made household with three probes, read each hour."""
    config = {"quality_s": 3600}
    run = Run(Settings(trace=household(1, 2), days=2, has_quality=True, config=config))
    n = run.result()
    quality: dict[int, list] = {}
    for one in n["quality"]:
        values = [one[name] for name in ("kind", "flag", "value", "uncertainty", "raw_uv")]
        quality.setdefault(one["seq"], []).append(values)
    return [{**row, "quality": quality[row["seq"]]} for row in n["readings"][-_READINGS:]]


def _sizes(rows: list[dict]) -> dict[str, int]:
    packed, json_rows = _of_the_firmware(rows)
    pack = _senml(rows)
    labelled = [{_LABELS[key]: value for key, value in one.items()} for one in pack]
    plain = sum(
        struct.calcsize(_STRUCT) + len(row["quality"]) * struct.calcsize(_COLUMN_STRUCT)
        for row in rows
    )
    return {
        "packed": packed,
        "plain struct, device and journal": plain + len(_DEVICE) + len(_JOURNAL) // 2,
        "SenML CBOR": len(cbor2.dumps(labelled, canonical=True)),
        "JSON rows": json_rows,
        "SenML JSON": len(json.dumps(pack, separators=(",", ":"))),
    }


def _of_the_firmware(rows: list[dict]) -> list[int]:
    """Bytes of a packed message and of one of JSON rows, from the meter's own encoders."""
    head = [["device", _DEVICE], ["journal", _JOURNAL], ["offset_ml", 0]]
    head += [["stream", "readings"], ["oldest", rows[0]["seq"]]]
    records = [
        [
            row["seq"],
            row["time_s"],
            [row[name] for name in _ROW],
            [row["time_s"], row["uncertainty_s"], row["flags"]],
            row["quality"],
        ]
        for row in rows
    ]
    with tempfile.TemporaryDirectory(prefix="rill-") as folder:
        script, given = Path(folder) / "script.py", Path(folder) / "given"
        script.write_text(_FIRMWARE.format(room=_ROOM_BYTES))
        given.write_text(json.dumps([head, records]))
        command = [*micropython(), str(script), str(build()), str(given)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [int(line) for line in done.stdout.split()]


def _senml(rows: list[dict]) -> list[dict]:
    """One pack: a base name and time, then each reading's volume, flags and accepted values."""
    base_s = rows[0]["time_s"]
    pack = []
    for row in rows:
        at = {"t": row["time_s"] - base_s} if row["time_s"] > base_s else {}
        pack.append({"n": "vol", "u": "m3", "v": row["odometer_ml"] / 1e6, **at})
        pack.append({"n": "flags", "v": row["flags"], **at})
        for kind, _flag, value, *_ in row["quality"]:
            name, unit, per_unit = _SENML[QUALITY_KINDS[kind]]
            if value is not None:
                pack.append({"n": name, "u": unit, "v": value / per_unit, **at})
    pack[0] = {"bn": f"{_DEVICE}:", "bt": base_s, **pack[0]}
    return pack
