"""A second decoder of packed messages, from docs/payload.md alone: a text of zeros and ones that
is eaten from its front. Rejects (ValueError) what the document does not allow.
"""

import binascii

RESOLUTIONS = {1: 10, 2: 1000, 3: 10, 4: 100, 13: 1000}
NAMES = ["readings", "events", "live"]


class Tape:
    def __init__(self, octets):
        self.text = "".join(format(octet, "08b") for octet in octets)
        self.head = 0

    def bits(self, n):
        piece = self.text[self.head : self.head + n]
        if len(piece) < n:
            raise ValueError("the tape is at its end")
        self.head += n
        return int(piece, 2) if n else 0

    def whole(self):
        return self.bits(self.bits(6))

    def signed(self):
        return self.whole() if not self.bits(1) else -1 - self.whole()

    def rice(self, moving, name):
        """moving: a dictionary of each m, by name."""
        m = moving[name]
        k = next(k for k in range(80) if 8 * 2**k >= m)
        ones = self.text[self.head : self.head + 12]
        q = len(ones) - len(ones.lstrip("1"))
        if q == 12:
            self.bits(12)
            value = self.whole()
        else:
            self.bits(q + 1)
            value = q * 2**k + self.bits(k)
        moving[name] = m + min(value, 16 * 2**k) - m // 8
        return value


def unfold(value):
    return value // 2 if value % 2 == 0 else -(value + 1) // 2


def step(number):
    table = {0: 0, 1: 1, 2: 2, 3: 3, 63: 2**32 - 1}
    return table[number] if number in table else (2 + number % 2) * 2 ** (number // 2 - 1)


def decode(message):
    """(device, journal, stream, records), each record a dictionary."""
    body, tail = message[:-4], message[-4:]
    if tail != binascii.crc32(body).to_bytes(4, "big"):
        raise ValueError("wrong CRC")
    tape = Tape(body)
    if tape.bits(8) != 0x50:
        raise ValueError("not packed")
    count, stream = tape.bits(8), NAMES[tape.bits(2)]
    if tape.bits(1):
        device = "rill-" + "".join(format(tape.bits(8), "02x") for _ in range(6))
    else:
        device = "".join(chr(tape.bits(8)) for _ in range(tape.bits(6)))
    journal = "" if stream == "live" else format(tape.bits(64), "016x")
    slot, unit = (tape.whole(), tape.whole()) if stream != "events" else (None, None)
    before_first = 0
    if tape.bits(1):
        before_first = tape.whole() - 1
        if stream == "readings":
            tape.signed()
    take = events if stream == "events" else readings
    records = list(take(tape, count, before_first, slot, unit))
    if len(records) != count or set(tape.text[tape.head :]) - {"0"}:
        raise ValueError("something behind the last record")
    if len(tape.text) - tape.head > 7:
        raise ValueError("more than a byte behind the last record")
    if stream == "live":
        records[0]["seq"] = None
    return device, journal, stream, records


def events(tape, count, seq, _slot, _unit):
    clock = 0
    for _ in range(count):
        seq += tape.signed() + 1
        one = {"seq": seq, "time_s": None, "boot": None, "uptime_s": None}
        if tape.bits(1):
            one["boot"], one["uptime_s"] = tape.bits(16), tape.whole()
        else:
            clock += tape.signed()
            one["time_s"] = clock
        one["code"], one["flags"] = tape.bits(8), tape.whole()
        one["uncertainty_s"] = min(step(tape.bits(6)), 65535)
        one["before"], one["after"] = tape.signed(), tape.signed()
        one["text"] = bytes(tape.bits(8) for _ in range(tape.bits(6))).decode("utf-8")
        yield one


def readings(tape, count, seq, slot, unit):
    moving = {"times": 0, "intervals": 32, **{kind: 32 for kind in range(16)}}
    states, values = [0] * 16, [0] * 16
    clock = flags = covers = cell = odometer = 0
    boot, kinds, any_kinds = None, [], []
    for _ in range(count):
        off = tape.rice(moving, "times")
        marks = [0] * 7
        if off and tape.bits(1):
            marks = [tape.bits(1) for _ in range(7)]
        seq += 1
        if marks[0]:
            seq += tape.signed()
        clock += slot
        if marks[1]:
            boot = tape.bits(16) if tape.bits(1) else None
            clock = slot * tape.whole()
        if off:
            clock += unfold(off - 1)
        flags &= 1 + 16 + 64
        if marks[2]:
            flags = tape.whole()
        if marks[3]:
            covers = min(65535, step(tape.bits(6)))
        if marks[4]:
            cell = 20 * tape.bits(12)
        if marks[5]:
            times = 1 if tape.bits(1) else unit
            odometer = times * tape.whole()
            interval = times * tape.whole()
        else:
            interval = unit * tape.rice(moving, "intervals")
            odometer += interval
        if marks[6]:
            if tape.bits(1):
                if tape.bits(1):
                    kinds = [tape.bits(4) for _ in range(tape.bits(4))]
                else:
                    kinds = [] if kinds else any_kinds
            for kind in kinds:
                if tape.bits(1):
                    states[kind] = tape.bits(12)
        any_kinds = kinds or any_kinds
        quality = []
        for kind in kinds:
            flag, is_none, uncertainty = (
                states[kind] // 128,
                states[kind] // 64 % 2,
                states[kind] % 64,
            )
            value = None
            if not is_none:
                power = max([2**n for n in range(32) if 2**n <= step(uncertainty)], default=0)
                resolution = max(RESOLUTIONS.get(kind, 1), power // 64)
                values[kind] += resolution * unfold(tape.rice(moving, kind))
                most = 2**31 - 1
                value = sorted((-most, values[kind], most))[1]
            quality.append((kind, flag, value, step(uncertainty), None))
        yield {
            "seq": seq,
            "time_s": clock if boot is None else None,
            "boot": boot,
            "uptime_s": None if boot is None else clock,
            "flags": flags,
            "uncertainty_s": covers,
            "battery_mv": cell,
            "odometer_ml": odometer,
            "interval_ml": interval,
            "quality": tuple(quality),
        }
