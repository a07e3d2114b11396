"""Promise: what other inputs say of tampering, cell, cold and quality is told through a wake."""

from expect import expect
from firmware.alarms_on import active
from firmware.config import load
from firmware.core import column, event, quality
from firmware.core.leaks import terms
from firmware.service.alarm_sentences import sentence
from firmware.storage.quality_state import QualityState
from firmware.storage.watch_state import WatchState
from meter import Meter
from watch import begun, check, wakes

_HEAD = b'{"device": "m", "broker_host": "b", "report_s": 86400, "message_bytes": 512%s}'
_GUARDED = b', "magnet_pin": 4, "case_pin": 13, "cable_pin": 39'
_WARM = b', "thermometer_pin": 27, "quality_s": 3600'
_RAISED, _ENDED = (80, 82), (82, 80)  # of tampering


def _meter(more=b""):
    meter = begun(Meter(_HEAD % more))
    wakes(meter, 1, pulses=1)
    return meter


def _told(meter):
    """(before, after, fifth word and what follows) of the alarms in the journal."""
    found = []
    for one in meter.events(event.ALARM):
        words = one.text.split(" ")
        for number in words[:4]:
            int(number)
        found.append((one.before, one.after, " ".join(words[4:])))
    return found


def _sentences(meter):
    """What prompt.alarms() prints."""
    retained = meter.retained()
    state = retained.load()
    config, _, _ = load(meter.system, 0)
    on, up_s, signs = active(state, config, retained)
    return [sentence(change, up_s, signs=signs) for change in on]


def _clear(meter, kind):
    """As a command does it."""
    retained = meter.retained()
    state = retained.load()
    known = WatchState(retained)
    known.clears |= 1 << kind
    known.keep()
    retained.save(state)


def test_a_magnet_is_told_once_at_once_and_stays_until_it_is_cleared():
    meter = _meter(_GUARDED)
    sessions = meter.network.sessions
    meter.meddling = terms.MAGNET
    meter.wake()
    expect(_told(meter), [_RAISED + ("magnet",)])
    expect([tuple(row[3:5]) for row in meter.network.events if row[2] == event.ALARM], [_RAISED])
    expect(meter.network.sessions, sessions + 1)
    meter.meddling = 0
    wakes(meter, 3, pulses=1)
    expect((len(_told(meter)), meter.network.sessions), (1, sessions + 1))
    expect(
        _sentences(meter)[0].startswith("Somebody has tampered with the meter (magnet), since "),
        True,
    )
    _clear(meter, terms.TAMPER)
    wakes(meter, 2, pulses=1)
    expect(_told(meter), [_RAISED + ("magnet",), _ENDED + ("",)])
    expect(_sentences(meter), [])
    check(meter)


def test_signs_add_up_and_survive_a_loss_of_power():
    meter = _meter(_GUARDED)
    meter.meddling = terms.CABLE | terms.OPENED
    meter.wake()
    expect(_told(meter), [_RAISED + ("cable opened",)])
    meter.meddling = terms.MAGNET
    meter.wake()
    meter.meddling = 0
    meter.wake()
    expect(len(_told(meter)), 1)
    expect("(magnet cable opened)" in _sentences(meter)[0], True)
    meter.lose_power()
    wakes(meter, 2)
    expect(len(_told(meter)), 1)
    expect("cable opened" in _sentences(meter)[0], True)


def test_what_is_still_there_when_it_is_cleared_is_told_again():
    meter = _meter(_GUARDED)
    meter.meddling = terms.MAGNET
    meter.wake()
    meter.meddling = terms.OPENED
    _clear(meter, terms.TAMPER)
    meter.wake()
    expect(_told(meter), [_RAISED + ("magnet",), _ENDED + ("",), _RAISED + ("opened",)])


def test_a_sign_that_storage_could_not_take_is_told_when_it_is_over():
    meter = _meter(_GUARDED)
    meter.storage_fails, meter.meddling = True, terms.MAGNET
    meter.wake()
    meter.storage_fails, meter.meddling = False, 0
    meter.wake()
    expect(_told(meter), [_RAISED + ("magnet",)])


def test_without_a_pin_nothing_is_asked():
    meter = _meter()
    meter.meddling = terms.MAGNET
    wakes(meter, 2)
    expect((meter.guarded, _told(meter)), (0, []))


def test_a_cell_that_is_low_for_a_day_is_told_and_not_at_once():
    meter = _meter()
    sessions = meter.network.sessions
    meter.battery.mv = 2990
    wakes(meter, 23)
    expect(_told(meter), [])
    wakes(meter, 3)
    expect(_told(meter), [(90, 91, "")])
    expect(meter.network.sessions - sessions <= 2, True)  # those of the days
    meter.battery.mv = 3000
    wakes(meter, 26)
    expect(_told(meter), [(90, 91, ""), (91, 90, "")])


def test_a_cell_that_is_low_by_night_only_or_not_watched_is_nothing():
    meter = _meter()
    for mv in (2900, 3300) * 2:
        meter.battery.mv = mv
        wakes(meter, 12)
    expect(_told(meter), [])
    meter = _meter(b', "battery_low_mv": 0')
    meter.battery.mv = 2500
    wakes(meter, 27)
    expect(_told(meter), [])


def test_water_near_freezing_is_told_and_ends_a_degree_above():
    meter = _meter(_WARM)
    seen = []
    for centi_c in (310, 290, 40, 390, 410):
        meter.quality = column.pack(
            [column.column(column.WATER_CENTI_C, quality.FREEZE_WARNING, centi_c, 50, 0)]
        )
        looks = len(meter.measured_s)
        while len(meter.measured_s) == looks:
            meter.wake()
        meter.wake()  # the reading that carries it
        seen.append([one[:2] for one in _told(meter)])
    steps = [(70, 71), (71, 72), (72, 71), (71, 70)]
    expect(seen, [[], steps[:1], steps[:2], steps[:3], steps])


def test_a_value_that_is_above_its_limit_is_told_after_an_hour():
    meter = _meter(_WARM)
    retained = meter.retained()
    state = retained.load()
    known = QualityState(b"")
    known.known[column.TURBIDITY_MNTU].above = 3
    retained.keep_history(known.pack())
    retained.save(state)
    wakes(meter, 6, pulses=1)
    expect([one[:2] for one in _told(meter)], [(100, 101)])
    expect(_sentences(meter)[0].startswith("A value of the water's quality is above"), True)


def test_a_leak_that_is_cleared_ends_and_has_to_last_as_long_again():
    meter = _meter()
    for _ in range(100):
        meter.pulse(4)
        meter.wake()
        if _told(meter):
            break
    expect([one[:2] for one in _told(meter)], [(10, 11)])
    _clear(meter, terms.CONTINUOUS)
    for _ in range(3):
        meter.pulse(4)
        meter.wake()
    expect([one[:2] for one in _told(meter)], [(10, 11), (11, 10)])
