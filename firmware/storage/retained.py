"""Where the state survives deep sleep and resets, and with it what else a wake has to know.

Two sealed copies in retained memory are written in turn: a reset in the middle of a write
leaves the other one. After a loss of power both are gone, and the checkpoint and the journal
take over. Layout: docs/record-format.md.
"""

import struct

from micropython import const

from firmware.core.seal import SEAL_BYTES, seal, seal_in, unseal
from firmware.storage.state import MAGIC, REPORTING, STATE_BYTES, State

_SLOT_BYTES = const(432)
WATCH_VERSION = 3  # first byte of the watch; another one, and it begins anew
_WATCH_BYTES = const(340)
_LEDGER_VERSION = const(1)
_COUNTS_BYTES = const(29 * 3)  # of service/acts.py, and a life
_PROBES_MAGIC = const(b"P3")
_HISTORY_BYTES = const(174)
_COLUMNS_BYTES = const(172)
_MODEM_BYTES = const(64)
_WATCH = const(2 * _SLOT_BYTES)
_WATCH_HEAD = const(6)  # size, generation
_LEDGER = const(_WATCH + 2 * _WATCH_BYTES)
_COUNTS = const(_LEDGER + 1)
_COUNTS_END = const(_COUNTS + _COUNTS_BYTES)
_PROBES = const(_COUNTS_END + 4)  # the seal
_HISTORY = const(_PROBES + 2)
_COLUMNS = const(_HISTORY + _HISTORY_BYTES)
_MODEM = const(_COLUMNS + _COLUMNS_BYTES)
_END = const(_MODEM + _MODEM_BYTES)


class RetainedState:
    """The state in the retained memory of the power port, and behind it what the watch for leaks
    knows: two copies, too, each of one generation with its state, so that both are of one moment.

    Then the ledger of what has taken energy, and on a meter that has probes or a modem, what they
    have said: each part sealed by itself, saved with the next save().
    """

    def __init__(self, power):
        self._power = power
        self._generation = 0
        self._watch = b""
        self._image = bytearray(_PROBES)
        self._image[_LEDGER] = _LEDGER_VERSION

    def load(self):
        """The newest sound copy, or None when there is none."""
        image = self._power.retained_read()
        if image[_PROBES:_HISTORY] == _PROBES_MAGIC:
            self._make_room()
        image = image[: len(self._image)]
        self._image[: len(image)] = image
        counted = unseal(bytes(self._image[_LEDGER:_PROBES])) or b"\0"
        if counted[0] != _LEDGER_VERSION:
            self._image[_LEDGER:_PROBES] = bytes((_LEDGER_VERSION,)) + bytes(_PROBES - _COUNTS)
        newest = None
        for start in (0, _SLOT_BYTES):
            content = self._content(start)
            if content is None:
                continue
            generation = struct.unpack_from("<I", content, 2)[0]
            watch = self._watch_of(generation)
            is_newer = 0 < (generation - self._generation) & 0xFFFFFFFF < 1 << 31
            # One without the other: a reset came between the two.
            if newest is None or (is_newer if bool(watch) == bool(self._watch) else watch):
                newest, self._generation, self._watch = content, generation, watch
        if newest is None:
            return None
        state = State()
        state.unpack(newest)
        return state

    def _watch_of(self, generation):
        start = _WATCH + _WATCH_BYTES * (generation & 1)
        size = struct.unpack_from("<H", self._image, start)[0]
        if size > _WATCH_BYTES:
            return b""
        content = unseal(bytes(self._image[start : start + size]))
        if content is None or struct.unpack_from("<IB", content, 2) != (generation, WATCH_VERSION):
            return b""
        return content[_WATCH_HEAD:]

    def handed_over(self):
        """What state.running says of a wake that goes on after a restart, 0: it doesn't."""
        state = self.load()
        return state.running if state and state.running >= REPORTING else 0

    def _content(self, start):
        content = unseal(bytes(self._image[start : start + STATE_BYTES + SEAL_BYTES]))
        if content is None or struct.unpack_from("<H", content)[0] != MAGIC:
            return None
        return content

    def save(self, state):
        """Seal the state into the older copy's place."""
        generation = (self._generation + 1) & 0xFFFFFFFF
        state.pack_into(self._image, _SLOT_BYTES * (generation & 1), generation)
        self._generation = generation  # only now: what could not be packed spoils the older copy
        if self._watch:
            size = _WATCH_HEAD + len(self._watch) + SEAL_BYTES
            packed = seal(struct.pack("<HI", size, generation) + self._watch)
            start = _WATCH + _WATCH_BYTES * (generation & 1)
            self._image[start : start + size] = packed
        seal_in(self._image, _LEDGER, _COUNTS_END)
        self._power.retained_write(self._image)

    def watch(self):
        """What storage/watch_state.py has packed, of the moment of the state; b"": nothing."""
        return self._watch

    def watch_head(self):
        """next_s, urgent_seq, levels, is_bursting, seen_bursts of WatchState; that is None when
        nothing is known. Its names would take memory from a report.
        """
        return struct.unpack_from("<IIIBH", self._watch, 1) if self._watch else (0, 0, 0, 0, None)

    def keep_watch(self, packed):
        """With the next save(); at most 330 bytes."""
        self._watch = packed

    def count(self, n, size=1):
        """So much more of the nth count of service/acts.py: what it is then, modulo 2**24."""
        at = _COUNTS + 3 * n
        counted = int.from_bytes(self._image[at : at + 3], "little") + size & 0xFFFFFF
        self._image[at : at + 3] = counted.to_bytes(3, "little")
        return counted

    def history(self):
        """What storage/quality_state.py has packed, b"": nothing."""
        return bytes(self._image[_HISTORY:_COLUMNS])

    def keep_history(self, packed):
        self._put(_HISTORY, packed)

    def columns(self, size):
        """So many bytes as core/column.py has packed them; b"" when they are damaged."""
        sealed = bytes(self._image[_COLUMNS : _COLUMNS + size + SEAL_BYTES])
        return (size and unseal(sealed)) or b""

    def keep_columns(self, packed):
        self._put(_COLUMNS, seal(packed))

    def modem(self, size):
        """So many bytes as storage/modem_state.py has packed them; b"" when there are none."""
        return unseal(bytes(self._image[_MODEM : _MODEM + size + SEAL_BYTES])) or b""

    def keep_modem(self, packed):
        self._put(_MODEM, seal(packed))

    def _put(self, place, packed):
        self._make_room()
        self._image[place : place + len(packed)] = packed

    def _make_room(self):
        """A meter with neither probes nor modem writes nothing for them at each wake."""
        if len(self._image) == _PROBES:
            self._image += _PROBES_MAGIC + bytes(_END - _HISTORY)
