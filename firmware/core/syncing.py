"""What a word of the network changes in the time, and what is learned from it: docs/time.md.

In memory only meanwhile; the terms are those of timekeeping.py.
"""

from micropython import const

from firmware.core.dating import DRIFT_SHARE, ERAS
from firmware.core.slow_count import BILLION
from firmware.core.timekeeping import nearest_s

# Outcomes of sync().
SET = const(1)  # the time was unknown until now
KEPT = const(2)  # right within a second; moved to the middle of what the network said
STEPPED = const(3)  # corrected; a new era began
DOUBTED = const(4)  # nothing changed: the next sync has to say the same
REFUSED = const(5)  # nothing changed: no meter lives then

_EARLIEST_S = const(1_767_225_600)  # 2026-01-01T00:00:00Z
_LATEST_S = const(3_155_760_000)  # 2070-01-01T00:00:00Z; a modem without network says 1980, 2080
_TOLERANCE_MS = const(60_000)  # what is never doubted
# The network tells whole seconds: in the middle of one it is off by half of one at the most.
_RESOLUTION_MS = const(500)
_KEPT_MS = const(750)  # readings before a smaller correction are right within 2 s without it
_RATE_ERROR_MS = const(1500)  # of the distance between two syncs: twice the half, and a reserve
_PLAUSIBLE_SHARE = const(100)  # a hidden cycle of the temperature makes less than 1/100
_UNKNOWN_RATE_PPB = const(60_000_000)  # a clock that is 5 % slow has counts 5.3 % longer
_CALM_PPB = const(10_000)  # calibrations are a few ppm noisy, and between two nobody looks
_DAY_US = const(84_600_000_000)  # 23.5 h: a rate is measured over a day of temperatures
_HOUR_US = const(3_600_000_000)


def sync(time, network_s, floor_s=0):
    """What follows from the network's UTC; one of the outcomes above.

    network_s: Unix seconds, the truth is in [network_s, network_s + 1). floor_s: time of
    the last dated record, 0 for none.
    """
    if not _EARLIEST_S <= network_s < _LATEST_S:
        return REFUSED
    by_ms = 1000 * network_s + _RESOLUTION_MS - time.now_us // 1000
    limit_ms = _limit_ms(time)
    is_far = time.is_known() and not time.is_lost and abs(by_ms) > limit_ms
    is_old = 1000 * (floor_s - network_s) > limit_ms
    if is_far or is_old:
        if not _is_confirmed(time, by_ms):
            time.doubt_ms, time.doubted_us = by_ms, time.now_us
            time.doubted_raw_us = time.raw_us
            return DOUBTED
        # What was learned may come from a word that was wrong; these two agree.
        time.anchor_us = time.doubted_us + 1000 * time.doubt_ms
        time.anchor_raw_us = time.doubted_raw_us
    time.doubt_ms = 0
    outcome = _correct(time, by_ms, is_far) if time.is_known() else _set(time, by_ms)
    time.synced_us = time.now_us
    time.is_lost = 0
    return outcome


def _limit_ms(time):
    """A correction beyond this needs a second word."""
    if not time.is_known():
        return _TOLERANCE_MS
    drift_ms = (time.now_us - time.synced_us) // (1000 * DRIFT_SHARE)
    error_ms = time.error_ms(time.rate_error_ppb + time.wobble_ppb)
    return max(_TOLERANCE_MS, min(4 * error_ms, drift_ms))


def _is_confirmed(time, by_ms):
    """Whether the network went on since the doubted word as the slow clock did.

    By its calibrations alone: the rate may have been learned from a wrong word.
    """
    if not time.doubt_ms:
        return False
    passed_ms = (time.now_us - time.doubted_us) // 1000 + by_ms - time.doubt_ms
    raw_ms = (time.raw_us - time.doubted_raw_us) // 1000
    return abs(passed_ms - raw_ms) <= _TOLERANCE_MS + raw_ms // DRIFT_SHARE


def _set(time, by_ms):
    time.set_uptime_ms = time.now_us // 1000
    time.now_us += 1000 * by_ms
    time.set_ms = time.now_us // 1000
    time.rate_error_ppb, time.wobble_ppb = _UNKNOWN_RATE_PPB, _CALM_PPB
    _anchor(time, time.now_us)
    return SET


def _correct(time, by_ms, is_far):
    """is_far: by more than its stated error has room for."""
    true_us = time.now_us + 1000 * by_ms
    away_us = time.now_us - time.synced_us
    begin_s, end_s = nearest_s(time.synced_us), time.now_s()
    if time.is_lost and by_ms > 0:
        _anchor(time, true_us)  # the time stood still: all since then is late by as much
    elif is_far and _PLAUSIBLE_SHARE * 1000 * abs(by_ms) > away_us:
        begin_s = 0
        time.set_ms += by_ms
        _unlearn(time, true_us)
        _anchor(time, true_us)
    elif abs(by_ms) <= _KEPT_MS:
        _learn(time, true_us)
        time.now_us = true_us  # in the middle of a second: told as the next, so never back
        return KEPT
    elif 1000 * DRIFT_SHARE * abs(by_ms) <= away_us:
        if abs(by_ms) > time.error_ms(time.rate_error_ppb) and away_us >= _HOUR_US:
            # It wobbles; what it does at its worst is not in the mean that shows it.
            shown_ppb = 2000 * abs(by_ms) * BILLION // away_us
            time.wobble_ppb = max(time.wobble_ppb, shown_ppb)
        _learn(time, true_us)
    else:
        begin_s = 0
        time.set_ms += by_ms
        _anchor(time, true_us)
    time.dating.add(begin_s, end_s, by_ms)
    time.era = (time.era + 1) % ERAS
    time.now_us = true_us
    return STEPPED


def _anchor(time, true_us):
    time.anchor_us, time.anchor_raw_us = true_us, time.raw_us


def _unlearn(time, true_us):
    """Take the rate since the anchor when the known one contradicts it."""
    rate_ppb, error_ppb = _measured(time, true_us, _TOLERANCE_MS)
    if rate_ppb is None or abs(rate_ppb - time.rate_ppb) <= time.rate_error_ppb + error_ppb:
        return
    time.rate_ppb, time.rate_error_ppb = rate_ppb, error_ppb


def _measured(time, true_us, error_ms=_RATE_ERROR_MS):
    """(rate since the anchor, error of that); None, 0: no time has passed since."""
    raw_us = time.raw_us - time.anchor_raw_us
    if not raw_us:
        return None, 0
    rate_ppb = (true_us - time.anchor_us - raw_us) * BILLION // raw_us
    return rate_ppb, 1000 * error_ms * BILLION // raw_us


def _learn(time, true_us):
    """Take the rate since the anchor when it is better than the known one, or a day old."""
    rate_ppb, error_ppb = _measured(time, true_us)
    if rate_ppb is None:
        return
    is_day = time.raw_us - time.anchor_raw_us >= _DAY_US
    if abs(rate_ppb) <= BILLION // DRIFT_SHARE and (is_day or error_ppb <= time.rate_error_ppb):
        time.rate_ppb, time.rate_error_ppb = rate_ppb, error_ppb
    if is_day:
        _anchor(time, true_us)
        time.wobble_ppb -= (time.wobble_ppb - _CALM_PPB) // 32
