"""A journal with everything in it, damaged by a seed, and what must be true of it then."""

import gc
import random

from expect import expect
from firmware.core import event, freeze, record
from firmware.core.errors import StorageFault
from firmware.storage import frame
from firmware.storage.checkpoint import NAMES, Vault
from firmware.storage.known import NEW, Checkpoint
from firmware.storage.reader import Reader
from firmware.storage.segments import Segments
from firmware.storage.store import Store
from flash import RamFlash, mounted, read_file, remounted, write_file
from nvs import FakeNvs

_BLOCKS = 32
_FULL = 100  # records in the full segment of a stream: more than one block
READINGS = 140
EVENTS = 110
DAYS = 120
MONTHS = DAYS // 30
_NEW = 1000  # what the records hold that are stored after the damage
_DAY_S = 86_400
_BEGAN_S = 20_000 * _DAY_S
_FILES = (
    "format",
    "config.good",
    "full/r00000001",
    "readings/r%08x" % (_FULL + 1),
    "full/e00000001",
    "events/e%08x" % (_FULL + 1),
    "freezes/d00000001",
    "freezes/m00000001",
)


class Known:
    """What the meter knows of the numbers that it has given."""

    next_seq = READINGS + 1
    event_next_seq = EVENTS + 1


def _reading(seq):
    return record.Reading(_BEGAN_S + seq, 1, 0, 1000 * seq, 1000, 3600, seq, seq, 0, 2, 0)


def _event(seq):
    return event.Event(5, _BEGAN_S + seq, 1, 0, 2, 0, seq, seq + 1, "a setting")


def _day(number):
    """The reading that froze that day."""
    time_s = _BEGAN_S + number * _DAY_S
    return record.Reading(time_s, 1, 0, 1000 * number, 0, 3600, number, 0, 0, 2, 0)


def _frozen(number):
    day = _day(number)
    return freeze.Freeze(
        day.time_s, day.uncertainty_s, day.boot, day.flags, day.odometer_ml, day.pulses
    )


def whole():
    """(flash, vault): a sound journal, each stream in segments of several blocks."""
    flash = RamFlash(_BLOCKS)
    vault = Vault(FakeNvs())
    files = mounted(flash)
    known = dict(zip(NAMES, NEW))
    known["journal"] = Store(files, vault).id
    vault.save(Checkpoint(*[known[name] for name in NAMES]))
    files.replace("config.good", b"{}")
    readings, events, freezes = [files.folder(name) for name in ("readings", "events", "freezes")]
    full = files.folder("full")
    for folder, letter, first, last, pack in (
        (full, "r", 1, _FULL, lambda n: record.pack(_reading(n))),
        (readings, "r", _FULL + 1, READINGS, lambda n: record.pack(_reading(n))),
        (full, "e", 1, _FULL, lambda n: event.pack(_event(n))),
        (events, "e", _FULL + 1, EVENTS, lambda n: event.pack(_event(n))),
        (freezes, "d", 1, DAYS, lambda n: freeze.pack(_frozen(n))),
        (freezes, "m", 1, MONTHS, lambda n: freeze.pack(_frozen(30 * n))),
    ):
        salt = Segments(folder, full, letter).salt
        framed = [frame.wrap(n, pack(n), salt) for n in range(first, last + 1)]
        folder.append("%s%08x" % (letter, first), b"".join(framed))
    return flash, vault


def flip_bits(flash, seed):
    """Some bits of what was ever written, or many of them in one block."""
    random.seed(seed)
    written = [n for n in range(_BLOCKS) if flash.content[n]]
    if seed % 4 == 0:
        written = [random.choice(written)]
    for _ in range(1 << random.randrange(10)):
        page = random.choice(flash.content[random.choice(written)])
        if page:
            page[random.randrange(len(page))] ^= 1 << random.randrange(8)


def spoil_files(flash, seed):
    """One or two files are cut off, filled with other bytes, removed or put in another's place."""
    random.seed(seed)
    files = remounted(flash)
    for _ in range(random.randrange(1, 3)):
        name, other = random.choice(_FILES), random.choice(_FILES)
        if files.size(name) is None or files.size(other) is None:
            continue
        content, foreign = read_file(name), read_file(other)
        damage = random.randrange(5)
        if damage == 0:
            write_file(name, content[: random.randrange(len(content) + 1)])
        elif damage == 1:
            write_file(name, bytes([random.choice((0, 1, 0x2A, 0xFF))]) * len(content))
        elif damage == 2:
            files.remove(name)
        elif damage == 3:
            write_file(name, foreign)
        else:
            write_file(name, foreign)
            write_file(other, content)


def check(flash, vault, recovers):
    """Nothing but StorageFault comes out, no record that was never stored, no number again.

    recovers: the file system is sound, so new records must be stored and stay. True when the
    journal could be opened.
    """
    try:
        store = _opened(flash, vault)
    except (OSError, StorageFault) as fault:
        if recovers:
            raise fault
        return False
    _check_all(store)
    # The numbers that this life gives, and what it gives them to.
    new: dict = {"readings": [], "events": []}
    for n in range(3):
        _append(store.readings, record.pack(_reading(_NEW + n)), new["readings"], recovers)
        _append(store.events, event.pack(_event(_NEW + n)), new["events"], recovers)
    _keep(store, recovers)
    for seqs, known in ((new["readings"], Known.next_seq), (new["events"], Known.event_next_seq)):
        expect([seq for seq in seqs if seq < known], [])
        expect(sorted(set(seqs)), seqs)
    try:
        again = _opened(flash, vault)
    except (OSError, StorageFault) as fault:
        if recovers:
            raise fault
        return True
    _check_all(again, new)
    return True


def _opened(flash, vault):
    gc.collect()
    store = Store(remounted(flash), vault)
    store.reserve(Known)
    return store


def _append(journal, body, seqs, recovers):
    try:
        seqs.append(journal.append(body))
    except StorageFault as fault:
        if recovers:
            raise fault


def _keep(store, recovers):
    try:
        store.freezes().keep(_day(DAYS + 1))
    except StorageFault as fault:
        if recovers:
            raise fault


def _check_all(store, new=None):
    """What each stream delivers. new: numbers that were given since, by stream."""
    _check_last(store)
    for name, unpack, made in (
        ("readings", record.unpack, _reading),
        ("events", event.unpack, _event),
    ):
        seqs = new[name] if new else []

        def of_number(seq, made=made, seqs=seqs):
            return made(_NEW + seqs.index(seq) if seq in seqs else seq)

        found = _check_stream(lambda name=name: getattr(store, name), unpack, of_number)
        if found is not None:
            expect([seq for seq in seqs if seq not in found], [])
    # Freezes are sent to nobody, so a number may be given again when its file was cut off.
    later = _frozen(DAYS + 1) if new else None
    _check_stream(lambda: store.freezes().days, freeze.unpack, _frozen, later)
    _check_stream(lambda: store.freezes().months, freeze.unpack, lambda n: _frozen(30 * n), later)


def _check_last(store):
    try:
        last = store.last_reading()
    except StorageFault:
        return
    if last:
        expect(last, _reading(last.pulses))


def _check_stream(journal, unpack, of_number, later=None):
    """The numbers of its sound records; None when the flash can't be read to the end.

    later: what any of them may hold in place of its own.
    """
    found = []
    try:
        reader = Reader(journal(), 1)
        while reader.advance():
            body = unpack(bytes(reader.body))
            if body != later:
                expect(body, of_number(reader.seq))
            found.append(reader.seq)
    except StorageFault:
        return None
    expect(found, sorted(set(found)))
    return found
