"""Promise: after a reset in any instant the newest or the last but one state is there."""

import random

from expect import expect
from firmware.core.seal import seal, unseal
from firmware.storage import retained as place
from firmware.storage import state as layout
from firmware.storage.retained import RetainedState
from firmware.storage.state import State

BITS = {"B": 8, "H": 16, "I": 32, "Q": 64, "q": 63}
CODES = dict(zip(layout._FIELDS, layout._LAYOUT[3:]))  # behind magic and generation
SLOT = 432  # bytes from one copy to the next
WATCH = 340  # the same of what the watch for leaks knows, behind both
LEDGER = 2 * SLOT + 2 * WATCH
PROBES = LEDGER + 92  # storage/ledger.py: 29 counts of 3 bytes, version and seal


class Retained:
    """The retained memory of a power port."""

    def __init__(self, content=b""):
        self.content = content

    def retained_read(self):
        return self.content

    def retained_write(self, data):
        self.content = bytes(data)


def value(name, highest):
    """The lowest or highest that a field can have."""
    return (1 << BITS[CODES[name]]) - 1 if highest else 0


def fields(state):
    return {name: getattr(state, name) for name in layout._FIELDS}


def state_of(odometer_ml):
    state = State()
    state.odometer_ml = odometer_ml
    state.cursor_seq = odometer_ml & 0xFFFF
    return state


def test_every_field_survives_with_its_extreme_values():
    for highest in (False, True):
        state = State()
        for name in layout._FIELDS:
            setattr(state, name, value(name, highest))
        memory = Retained()
        RetainedState(memory).save(state)
        expect(fields(RetainedState(memory).load()), fields(state))


def test_no_field_takes_the_place_of_another():
    for name in layout._FIELDS:
        state = State()
        setattr(state, name, value(name, True))
        memory = Retained()
        RetainedState(memory).save(state)
        expect(fields(RetainedState(memory).load()), fields(state))


def test_a_century_of_water_fits_the_odometer():
    memory = Retained()
    for odometer_ml in ((1 << 32) - 1, 1 << 32, (1 << 53) + 1, (1 << 64) - 1):
        state = State()
        state.odometer_ml = state.pulses = odometer_ml
        RetainedState(memory).save(state)
        loaded = RetainedState(memory).load()
        expect((loaded.odometer_ml, loaded.pulses), (odometer_ml, odometer_ml))


def test_a_write_torn_at_any_byte_leaves_the_old_or_the_new_state():
    memory = Retained()
    retained = RetainedState(memory)
    for odometer_ml in (1000, 2000, 3000):
        before = memory.content
        retained.save(state_of(odometer_ml))
    check_torn(before, memory.content, 2000, 3000)


def test_a_write_over_garbage_torn_at_any_byte_never_invents_a_state():
    random.seed(4)
    garbage = bytes(random.getrandbits(8) for _ in range(256))
    memory = Retained(garbage)
    retained = RetainedState(memory)
    expect(retained.load(), None)
    retained.save(state_of(1000))
    check_torn(garbage, memory.content, None, 1000)


def check_torn(before, after, old_ml, new_ml):
    """Torn at each byte, then the meter goes on: what it saves next is what it finds then."""
    for cut in range(len(after) + 1):
        memory = Retained(after[:cut] + before[cut:])
        retained = RetainedState(memory)
        loaded = retained.load()
        found_ml = loaded and loaded.odometer_ml
        if found_ml not in (old_ml, new_ml):
            raise AssertionError("torn at %d: %r" % (cut, found_ml))
        retained.save(state_of(4000))
        expect(RetainedState(memory).load().odometer_ml, 4000)


def test_garbage_is_no_state():
    random.seed(5)
    for size in (0, 1, 73, layout.STATE_BYTES, layout.STATE_BYTES + 4, SLOT, 2 * SLOT, 2048):
        for content in (bytes(size), b"\xff" * size):
            expect(RetainedState(Retained(content)).load(), None)
        for _ in range(20):
            content = bytes(random.getrandbits(8) for _ in range(size))
            expect(RetainedState(Retained(content)).load(), None)


def test_memory_that_holds_one_copy_only_gives_that_copy():
    memory = Retained()
    retained = RetainedState(memory)
    retained.save(state_of(1000))
    retained.save(state_of(2000))
    expect(RetainedState(Retained(memory.content[:SLOT])).load().odometer_ml, 2000)
    expect(RetainedState(Retained(bytes(SLOT) + memory.content[SLOT:])).load().odometer_ml, 1000)


def test_the_newer_copy_counts_when_the_generation_wraps():
    memory = Retained()
    retained = RetainedState(memory)
    retained._generation = 0xFFFFFFFD
    for odometer_ml in range(1000, 1006):
        retained.save(state_of(odometer_ml))
        expect(RetainedState(memory).load().odometer_ml, odometer_ml)


def test_a_state_of_another_layout_is_not_read():
    memory = Retained()
    RetainedState(memory).save(state_of(1000))
    slot = memory.content[SLOT : 2 * SLOT]
    content = unseal(slot[: layout.STATE_BYTES + 4])
    expect(content[:2], b"6R")
    for magic in (b"1R", b"5R", b"7R"):
        other = seal(magic + content[2:])
        expect(RetainedState(Retained(bytes(SLOT) + other)).load(), None)


def test_two_copies_with_all_fields_fit_into_the_memory_that_outlives_a_sleep():
    expect(layout.STATE_BYTES + 4 <= SLOT, True)  # where the second copy begins


def test_what_the_probes_said_lies_behind_the_state_and_damage_forgets_it():
    memory = Retained()
    retained = RetainedState(memory)
    retained.save(state_of(1))
    expect(len(memory.content), PROBES)  # a meter without probes writes nothing for them
    expect((retained.history(), retained.columns(0), retained.columns(56)), (b"", b"", b""))
    retained.keep_history(b"h" * 100)
    retained.keep_columns(b"c" * 168)
    retained.save(state_of(2))
    again = RetainedState(memory)
    expect(again.load().odometer_ml, 2)
    expect((again.history()[:101], again.columns(168)), (b"h" * 100 + b"\0", b"c" * 168))
    expect(again.columns(154), b"")
    spoilt = bytearray(memory.content)
    spoilt[PROBES + 2 + 174 + 100] ^= 1
    memory.content = bytes(spoilt)
    again = RetainedState(memory)
    expect((again.load().odometer_ml, again.columns(168)), (2, b""))


def _packed(n):
    return bytes([place.WATCH_VERSION]) + b"%d" % n * 109


def _watched(memory, n):
    """A retained state, whose watch says the same number as its odometer."""
    retained = RetainedState(memory)
    retained.load()
    retained.keep_watch(_packed(n))
    retained.save(state_of(n))


def test_what_the_watch_knows_is_of_the_same_moment_as_the_state_wherever_a_write_is_torn():
    memory = Retained(bytes(2048))
    for n in (111, 222):
        _watched(memory, n)
    before = memory.content
    _watched(memory, 333)
    after = memory.content
    found = []
    for cut in range(len(after) + 1):
        torn = Retained(after[:cut] + before[cut:])
        retained = RetainedState(torn)
        n = retained.load().odometer_ml
        expect((cut, retained.watch()), (cut, _packed(n)))
        found.append(n)
        retained.save(state_of(444))  # and the next one goes with the same
        again = RetainedState(torn)
        expect((again.load().odometer_ml, again.watch()), (444, _packed(n)))
    expect((found[0], found[-1], sorted(set(found))), (222, 333, [222, 333]))


def test_the_longest_watch_leaves_the_other_one_and_the_probes_alone():
    memory = Retained()
    retained = RetainedState(memory)
    retained.keep_history(b"h" * 100)
    for n in (1, 2):
        retained.keep_watch(bytes([place.WATCH_VERSION]) + bytes([n]) * 329)
        retained.save(state_of(n))
    again = RetainedState(memory)
    expect(
        (again.load().odometer_ml, again.watch()), (2, bytes([place.WATCH_VERSION]) + b"\2" * 329)
    )
    expect(again.history()[:100], b"h" * 100)
    expect(len(memory.content) <= 2048, True)
    damaged = bytearray(memory.content)
    damaged[SLOT + 50] ^= 1  # the copy of the first one
    again = RetainedState(Retained(bytes(damaged)))
    found = again.load().odometer_ml
    expect((found in (1, 2), again.watch()), (True, bytes([place.WATCH_VERSION] + [found] * 329)))
