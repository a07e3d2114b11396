"""Promises: 10,000 records fit, a wake reads 64 kB at the most, and no event pushes out a reading.

Measured on the block device, of littlefs and all that is on it.
"""

import json
import subprocess

import pytest

from rill.image import ROOT, build
from rill.interpreter import micropython

# A flash in RAM takes more than a meter has.
_HEAP_BYTES = 24_000_000
_SCRIPT = """
import json
from firmware.core import event, freeze, record
from firmware.storage import frame
from firmware.storage.checkpoint import Vault
from firmware.storage.store import Store
from flash import RamFlash, mounted, remounted
from nvs import FakeNvs

RECORDS, BODY_BYTES, BLOCKS = {records}, {body_bytes}, 384
flash = RamFlash(BLOCKS)
vault = Vault(FakeNvs())
files = mounted(flash)
store = Store(files, vault)
reading = record.pack(record.Reading(1, 1, 0, 5, 6, 7, 8, 9, 10, 11, 12))
body = reading + bytes(BODY_BYTES - len(reading))
happened = event.pack(event.Event(5, 1, 1, 0, 2, 3, 4, 5, "twelve bytes"))
for n in range(2000):
    store.events.append(happened)
days = store.freezes()
for n in range(1000):
    days.days.append(freeze.pack(freeze.Freeze(1, 2, 3, 4, 5, 6)))
    if n % 20 == 0:
        days.months.append(freeze.pack(freeze.Freeze(1, 2, 3, 4, 5, 6)))
whole, each = len(frame.wrap(1, body)), 196_252 // len(frame.wrap(1, body))
seq = 1
while seq < RECORDS - 60:
    first, last = seq, min(seq + each, RECORDS - 60)
    folder = files.folder("full" if last < RECORDS - 60 else "readings")
    for seq in range(first, last, 100):
        part = [frame.wrap(n, body) for n in range(seq, min(seq + 100, last))]
        folder.append("r%08x" % first, b"".join(part))
    seq = last
store = Store(remounted(flash), vault)
while store.readings.next_seq <= RECORDS:
    store.readings.append(body)
read, segment = [], 0
for n in range(200):
    files = None
    flash.read_bytes = 0
    store = Store(remounted(flash), vault, segment)
    store.readings.append(body)
    segment = store.readings.segments.growing
    read.append(flash.read_bytes)
store = Store(remounted(flash), vault)
kept = store.readings.next_seq - store.readings.first_seq()
events = store.events.next_seq - store.events.first_seq()
print(json.dumps(dict(read=max(read), median=sorted(read)[100], kept=kept, events=events,
                      free=store.files.free_bytes())))
"""


def _measured(tmp_path, records: int, body_bytes: int) -> dict:
    script = tmp_path / "script.py"
    path = [str(ROOT / "tests" / "unit" / "support"), str(build()), ".frozen"]
    text = _SCRIPT.format(records=records, body_bytes=body_bytes)
    script.write_text(f"import sys\nsys.path[:] = {path!r}\n{text}")
    command = [*micropython(), "-X", f"heapsize={_HEAP_BYTES}", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert not done.returncode, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.prove
@pytest.mark.parametrize("body_bytes", [42, 72])
def test_a_wake_reads_64_kb_at_the_most_with_10_000_records(tmp_path, body_bytes):
    found = _measured(tmp_path, 10_000, body_bytes)
    assert found["kept"] == 10_200 and found["events"] >= 500
    assert found["read"] <= 64_000, found


@pytest.mark.prove
def test_a_journal_that_is_full_keeps_10_000_records_with_quality_columns(tmp_path):
    """72 bytes leave 30 for what a quality sensor says. The oldest segment has just gone."""
    found = _measured(tmp_path, 6 * 2393 - 100, 72)
    assert 10_000 <= found["kept"] < 13_000, found
    assert found["free"] >= 100_000, found
