"""Promise: the documents are enough for a decoder; the device has the same vectors."""

import json
import struct

import pytest

from rill.collector import decode
from rill.image import ROOT

_FLAG_TIME_UNKNOWN, _FLAG_DATED_LATER = 1, 64


def _vectors(name):
    return json.loads((ROOT / "tests" / "vectors" / name).read_text())["vectors"]


@pytest.mark.parametrize("vector", _vectors("record.json"))
def test_a_stored_body_decodes_by_the_table_of_the_record_format(vector):
    body = bytes.fromhex(vector["body"])
    layout = {
        "time_s": (1, "<I"),
        "boot": (5, "<H"),
        "flags": (7, "<H"),
        "odometer_ml": (9, "<Q"),
        "interval_ml": (17, "<I"),
        "battery_mv": (21, "<H"),
        "pulses": (23, "<Q"),
        "count": (31, "<I"),
        "rest": (35, "<I"),
    }
    assert len(body) == 39 and body[0] == 1
    found = {name: struct.unpack_from(kind, body, at)[0] for name, (at, kind) in layout.items()}
    assert found == vector["fields"]


@pytest.mark.parametrize("vector", _vectors("payload.json"))
def test_a_message_decodes_to_the_readings_it_was_made_of(vector):
    message = decode(vector["payload"].encode())
    assert (message.device, message.journal) == (vector["device"], vector["journal"])
    assert len(message.rows) == len(vector["readings"])
    for row, reading in zip(message.rows, vector["readings"], strict=True):
        assert row.seq == reading["seq"]
        for name in ("odometer_ml", "interval_ml", "battery_mv"):
            assert getattr(row, name) == reading[name]
        assert (row.time_s, row.flags) == _dated(reading, vector)


def _dated(reading, vector):
    """(time_s, flags) of the row, by docs/payload.md."""
    if not reading["flags"] & _FLAG_TIME_UNKNOWN:
        return reading["time_s"], reading["flags"]
    if reading["boot"] != vector["boot"] or not vector["power_on_epoch_s"]:
        return None, reading["flags"]
    flags = reading["flags"] & ~_FLAG_TIME_UNKNOWN | _FLAG_DATED_LATER
    return reading["time_s"] + vector["power_on_epoch_s"], flags
