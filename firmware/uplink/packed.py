"""The profile "packed": readings and events as a string of bits, docs/payload.md."""

import struct
from binascii import crc32, unhexlify

from micropython import const

from firmware.uplink import plain
from firmware.uplink.bits import Bits, coarse, folded

_STREAMS = ("readings", "events", "live")
_VERSION = const(0x50)
_MOST_RECORDS = const(255)
_CRC_BYTES = const(4)
_CELL_MV = const(20)
_LASTING = const(0x51)  # flags that the next reading is expected to have, too
_BEGIN8 = const(32)  # of a mean8, as bits.py has it
_STEPS = {1: 10, 2: 1000, 3: 10, 4: 100, 13: 1000}  # by kind of a quality value; else 1
_NO_COLUMN = (0, 0, _BEGIN8)


class Profile(plain.Profile):
    def __init__(self, config, device, now_s):
        super().__init__(config, device, now_s)
        weight_ml, pulses = config.pulse_weight_ml, config.pulse_weight_pulses
        self._slot_s = config.slot_s
        self._unit_ml = 1 if weight_ml % pulses else weight_ml // pulses

    def batch(self, fields, budget_bytes):
        return Packed(fields, budget_bytes, self._slot_s, self._unit_ml)


class Packed(Bits):
    """A Batch of firmware/uplink/plain.py. A record is written once, behind those before it.

    slot_s: how far apart readings are expected. unit_ml: what intervals are multiples of.
    """

    _last: tuple

    def __init__(self, fields, budget_bytes, slot_s, unit_ml):
        self._message = memoryview(bytearray(budget_bytes))
        super().__init__(self._message[: budget_bytes - _CRC_BYTES])
        self._slot_s = slot_s
        self._unit_ml = unit_ml
        fields = dict(fields)
        stream = _STREAMS.index(fields["stream"])
        self.put(_VERSION << 8, 16)  # the count stands here in the end
        self.put(stream, 2)
        self._put_name(fields["device"])
        if fields["journal"]:
            self._put_bytes(unhexlify(fields["journal"]))
        if stream != 1:
            self.whole(slot_s)
            self.whole(unit_ml)
        oldest = fields.get("oldest")
        self.put(oldest is not None, 1)
        if oldest is not None:
            self.whole(oldest)
            if not stream:
                self.signed(fields["offset_ml"])
        # What the next reading is told by: sequence number, time, boot of that (None: of no
        # reading yet, -1: it is UTC), flags, uncertainty, cell, odometer, kinds, mean8 of times
        # and of intervals.
        begin = (oldest or 1) - 1, 0, None, 0, 0, 0, 0, (), 0, _BEGIN8
        self._empty = self._place, begin
        self.clear()

    def clear(self):
        self.count = 0
        self._place, self._last = self._empty
        self._kinds = ()  # the last that were any
        self._columns = {}  # by kind: its state, value as sent, mean8

    def add(self, seq, found, dated, columns=()):
        """Add a record; False when it does not fit, then nothing has changed."""
        if self.count == _MOST_RECORDS:
            return False
        place = self._place
        try:
            if hasattr(found, "code"):
                self._event(seq, found, dated)
            else:
                self._reading(1 if seq is None else seq, found, dated, columns)
        except IndexError:
            self._place = place
            self.put(0, 0)  # the byte that it began in is as it was
            return False
        self.count += 1
        return True

    def payload(self):
        """The finished message, valid until clear() or add()."""
        message = self._message
        message[1] = self.count
        end = self._place[0] + (self._place[2] > 0)
        struct.pack_into(">I", message, end, crc32(message[:end]))
        return message[: end + _CRC_BYTES]

    def _reading(self, seq, found, dated, columns):
        time_s, uncertainty_s, flags = dated
        last = self._last
        boot, odometer_ml, interval_ml = -1, found.odometer_ml, found.interval_ml
        if time_s is None:
            boot, time_s = found.boot, found.time_s
        expected_s = last[1] + self._slot_s
        if boot != last[2]:
            slots = (time_s + self._slot_s // 2) // self._slot_s
            expected_s = slots * self._slot_s
        uncertainty, cell = coarse(uncertainty_s), last[5]
        if abs(found.battery_mv - cell * _CELL_MV) >= _CELL_MV:
            cell = found.battery_mv // _CELL_MV
        is_odd_ml = interval_ml % self._unit_ml or odometer_ml != last[6] + interval_ml
        kinds = tuple([one[0] for one in columns])
        states = [_state(one) for one in columns]
        old = [self._columns.get(kind, _NO_COLUMN) for kind in kinds]
        unexpected = (
            seq != last[0] + 1,
            boot != last[2],
            flags != last[3],
            uncertainty != last[4],
            cell != last[5],
            bool(is_odd_ml),
            kinds != last[7] or states != [one[0] for one in old],
        )
        is_any = True in unexpected
        off_s = time_s - expected_s
        times8 = self.rice(folded(off_s) + 1 if off_s or is_any else 0, last[8])
        if off_s or is_any:
            self.put(is_any, 1)
        if is_any:
            for one in unexpected:
                self.put(one, 1)
        if unexpected[0]:
            self.signed(seq - last[0] - 1)
        if unexpected[1]:
            self.put(boot >= 0, 1)
            if boot >= 0:
                self.put(boot, 16)
            self.whole(slots)
        if unexpected[2]:
            self.whole(flags)
        if unexpected[3]:
            self.put(uncertainty, 6)
        if unexpected[4]:
            self.put(cell, 12)
        intervals8 = last[9]
        if is_odd_ml:
            unit_ml = self._unit_ml
            if odometer_ml % unit_ml or interval_ml % unit_ml:
                unit_ml = 1
            self.put(unit_ml == 1, 1)
            self.whole(odometer_ml // unit_ml)
            self.whole(interval_ml // unit_ml)
        else:
            intervals8 = self.rice(interval_ml // self._unit_ml, intervals8)
        if unexpected[6]:
            self._put_states(kinds, last[7], states, old)
        found = [self._put_value(*one) for one in zip(columns, states, old)]
        self._last = (
            seq, time_s, boot, flags & _LASTING, uncertainty, cell, odometer_ml, kinds, times8,
            intervals8,
        )  # fmt: skip
        if kinds:
            self._kinds = kinds
            self._columns.update(zip(kinds, found))

    def _put_states(self, kinds, last_kinds, states, old):
        self.put(kinds != last_kinds, 1)
        if kinds != last_kinds:
            is_new = kinds != (() if last_kinds else self._kinds)
            self.put(is_new, 1)
            if is_new:
                self.put(len(kinds), 4)
                for kind in kinds:
                    self.put(kind, 4)
        for state, before in zip(states, old):
            self.put(state != before[0], 1)
            if state != before[0]:
                self.put(state, 12)

    def _put_value(self, column, state, old):
        """What is known of that kind afterwards."""
        value = column[2]
        if value is None:
            return (state,) + old[1:]
        # A 64th of what is uncertain is noise.
        step = max(_STEPS.get(column[0], 1), 2 << (state & 0x3F) // 2 >> 7)
        steps = (value - old[1] + step // 2) // step
        return state, old[1] + steps * step, self.rice(folded(steps), old[2])

    def _event(self, seq, found, dated):
        time_s, uncertainty_s, flags = dated
        last_seq, last_s = self._last[:2]
        self.signed(seq - last_seq - 1)
        self.put(time_s is None, 1)
        if time_s is None:
            self.put(found.boot, 16)
            self.whole(found.time_s)
            time_s = last_s
        else:
            self.signed(time_s - last_s)
        self.put(found.code, 8)
        self.whole(flags)
        self.put(coarse(uncertainty_s), 6)
        self.signed(found.before)
        self.signed(found.after)
        text = found.text.encode()
        self.put(len(text), 6)
        self._put_bytes(text)
        self._last = (seq, time_s)

    def _put_name(self, name):
        """Of a chip's number six bytes, of any other name its letters."""
        is_number = len(name) == 17 and name[:5] == "rill-"
        is_number = is_number and all([letter in "0123456789abcdef" for letter in name[5:]])
        self.put(is_number, 1)
        if not is_number:
            self.put(len(name), 6)
        self._put_bytes(unhexlify(name[5:]) if is_number else name.encode())

    def _put_bytes(self, data):
        for byte in data:
            self.put(byte, 8)


def _state(column):
    """Flag, whether it has no value, and uncertainty of a quality value: 12 bits."""
    return column[1] << 7 | (column[2] is None) << 6 | coarse(column[3])
