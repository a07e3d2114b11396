"""What must be true of packed messages: two decoders agree, and damage is rejected or harmless."""

from random import Random

import independent_packed
from packing import encoded, random_batch
from rill.message import PayloadError
from rill.packed import covered, decode, resolution


def batches(seeds):
    """Each seed's batch and its messages as bytes."""
    made = [random_batch(Random(seed)) for seed in seeds]
    yield from zip(made, encoded(made), strict=True)


def check(batch, messages):
    """Both decoders find in the messages what the batch was made of, in its resolution."""
    head = dict(batch["head"])
    rows = []
    for count, message in messages:
        assert len(message) <= batch["budget"]
        found = decode(message)
        assert len(found.rows) == count
        _agree(message, found)
        assert found[:3] == (head["device"], head["journal"] or "", head["stream"])
        rows += found.rows
    for record, row in zip(batch["records"], rows, strict=True):
        _check_row(record, row, batch["is_event"])


def is_rejected(message):
    try:
        decode(message)
    except PayloadError:
        return True
    return False


def damaged(message, random):
    """The message with one to four bits turned, at random or side by side."""
    changed = bytearray(message)
    size = 8 * len(message)
    first = random.randrange(size)
    for n in range(random.randint(1, 4)):
        at = first if n == 0 else random.choice((first + n, random.randrange(size))) % size
        changed[at // 8] ^= 0x80 >> at % 8
    return bytes(changed)


def _agree(message, found):
    device, journal, stream, records = independent_packed.decode(message)
    assert (device, journal, stream) == found[:3]
    assert [row._asdict() for row in found.rows] == records


def _check_row(record, row, is_event):
    seq, uptime_s, boot, values, (time_s, uncertainty_s, flags), columns = record
    assert (row.seq, row.time_s, row.flags) == (seq, time_s, flags)
    assert row.uncertainty_s == min(65535, _covering(uncertainty_s))
    if time_s is None:
        assert (row.boot, row.uptime_s) == (boot, uptime_s)
    if is_event:
        assert [row.code, row.before, row.after, row.text] == values
        return
    assert [row.odometer_ml, row.interval_ml] == values[:2]
    assert abs(row.battery_mv - values[2]) < 20
    for one, (kind, flag, value, uncertainty, _) in zip(row.quality, columns, strict=True):
        assert (one.kind, one.flag) == (kind, flag)
        assert one.uncertainty == _covering(uncertainty)
        assert (one.value is None) == (value is None)
        assert value is None or 2 * abs(one.value - value) <= resolution(kind, one.uncertainty)


def _covering(uncertainty):
    return next(covered(step) for step in range(64) if covered(step) >= uncertainty)
