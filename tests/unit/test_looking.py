"""Promise: the probes are read some times a day, never on an ordinary wake, and cost no volume."""

from expect import expect
from firmware.config import parse
from firmware.core import column, quality, record
from firmware.core.column import Column
from firmware.looking import carried, look
from firmware.storage.quality_state import BYTES, QualityState
from meter import Meter
from watch import begun, check, wakes

_CONFIG = (
    b'{"device": "m", "broker_host": "b", "report_s": 3600, "message_bytes": 512,'
    b' "quality_s": 21600, "tds_pin": 33, "tds_switch_pin": 25}'
)
_HOUR_S = 3600


def _meter():
    meter = Meter(_CONFIG)
    meter.quality = column.pack([Column(2, quality.GOOD, 210_000, 9000, 470_000)])
    return begun(meter)


def _columns(meter):
    """By number of the reading, of those that have any."""
    from firmware.storage.reader import Reader

    reader, found = Reader(meter.store().readings, 1), {}
    while reader.advance():
        columns = column.unpacked(bytes(record.quality(reader.body)))
        if columns:
            found[reader.seq] = columns
    return found


def test_every_six_hours_and_at_power_on_and_the_reading_of_the_slot_carries_it():
    meter = _meter()
    wakes(meter, 40)
    found = check(meter)
    hours = [(s - meter.power_on_s) / _HOUR_S for s in meter.measured_s[2:]]
    expect(all([5.8 < b - a < 6.2 for a, b in zip(hours, hours[1:])]), True)
    carried = _columns(meter)
    expect(len(carried), len(meter.measured_s))
    at_slots = [r for r in found[2:] if not r.flags & record.ON_DEMAND]
    off_s = [(r.time_s + 5) % _HOUR_S for r in at_slots if not r.flags & record.TIME_UNKNOWN]
    expect(max(off_s) <= 10, True)  # no reading waits for a probe
    expect(list(carried.values())[-1], [Column(2, quality.GOOD, 210_000, 9000, 470_000)])


def test_the_first_water_after_a_night_is_looked_at_once():
    meter = _meter()
    wakes(meter, 10)
    before = len(meter.measured_s)
    meter.pulse(3)
    wakes(meter, 2)
    expect(len(meter.measured_s), before + 1)
    meter.pulse(3)
    wakes(meter, 1)
    expect(len(meter.measured_s) <= before + 2, True)
    readings = check(meter)
    expect(readings[-1].pulses, 6)


def test_a_volume_only_meter_is_never_asked_and_its_records_stay_short():
    meter = begun(Meter())
    wakes(meter, 12, pulses=2)
    expect(meter.measured_s, [])
    expect(len(record.pack(check(meter)[-1])), 42)


def test_news_of_a_probe_is_an_event():
    meter = _meter()
    meter.quality_news = [(14, quality.GOOD, quality.OPEN, "solids_ppb")]
    wakes(meter, 8)
    told = [(e.before, e.after, e.text) for e in meter.events(14)]
    expect(set(told), {(quality.GOOD, quality.OPEN, "solids_ppb")})


def test_columns_reach_the_head_end_with_their_reading():
    meter = _meter()
    wakes(meter, 8)
    rows = [row for row in meter.network.rows if isinstance(row[-1], list)]
    expect(rows[-1][-1], [[2, 0, 210_000, 9000, 470_000]])
    expect(len(rows[-1]) in (8, 10), True)


def test_what_the_probes_have_read_survives_as_bytes_and_damage_forgets_it():
    state = QualityState()
    for n in range(9):
        state.known[2].history.take(400_000 + n)
        state.clarity.take(3 * _HOUR_S * n, 4_100_000 + n)
    state.known[3].flag, state.known[3].quiet, state.known[3].above = quality.DRIFT, 1, 2
    packed = state.pack()
    expect(len(packed), BYTES)
    other = QualityState(packed + b"more")
    expect(other.pack(), packed)
    for position in range(BYTES):
        damaged = bytearray(packed)
        damaged[position] ^= 1
        expect(QualityState(bytes(damaged)).pack(), QualityState().pack())
    expect(QualityState(b"").pack(), QualityState().pack())


def test_whoever_asks_is_not_asked_again_when_nothing_can_be_said():
    meter = _meter()
    meter.quality = b""
    meter.press(600_000)
    before = len(meter.measured_s)
    wakes(meter, 12)
    expect(len(meter.measured_s) - before <= 3, True)


def test_what_could_not_go_with_its_slot_s_reading_goes_as_stale():
    retained, state = _Kept(), _State()
    retained.packed = column.pack([Column(2, quality.GOOD, 210_000, 9000, 470_000)])
    state.column_bytes = len(retained.packed)
    expect(carried(state, retained), retained.packed)
    state.are_old = 1
    expect(
        column.unpacked(carried(state, retained)),
        [Column(2, quality.STALE, 210_000, 9000, 470_000)],
    )


class _State:
    column_bytes = are_old = 0


class _Kept:
    def columns(self, size):
        return self.packed[:size]


class _Retained:
    known = b""

    def history(self):
        return self.known

    def keep_history(self, packed):
        self.known = packed + self.known[len(packed) :]

    def keep_columns(self, packed):
        pass


def test_news_that_cannot_be_stored_is_not_known_and_told_the_next_time():
    retained, told, works = _Retained(), [], [False, True, True, True]

    def measure(config, now):
        known = QualityState(retained.history())
        news = [] if known.known[2].flag else [(14, 0, quality.OPEN, "solids_ppb")]
        known.known[2].flag = quality.OPEN
        retained.keep_history(known.pack())
        return b"", news

    def note(*arguments):
        told.append(arguments)
        return works.pop(0)

    meter = Meter(_CONFIG)
    meter.wake()
    state, config = meter.state(), parse(_CONFIG)
    for _ in range(4):
        look(state, retained, config, _When(1_790_000_000), measure, note)
    expect(len(told), 2)


class _When:
    def __init__(self, time_s):
        self.time_s = time_s
