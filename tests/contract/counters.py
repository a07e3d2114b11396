"""The contract of the ports (firmware/hal/__init__.py) of counting pulses.

MicroPython functions: tests/host/test_contract.py runs every one of them on the simulated board,
once with the board's own ports and once with the flashed hal over fake chip modules.
"""


def _opened_counter(sensor, **more):
    from firmware.config import checked
    from firmware.sensor import open_counter

    return open_counter(checked(dict(pulse_sensor=sensor, **more)))


def _counter_counts(sensor):
    """The part of the contract that is the same for every counter. Its water: a pulse a second."""
    from firmware.hal.clock import Clock

    counter = _opened_counter(sensor)
    assert counter.start(fresh=True) is True
    first = counter.read()
    assert first.forward <= 1
    Clock().sleep_ms(60_000)
    second = counter.read()
    assert 59 <= second.forward - first.forward <= 61, (first, second)
    assert counter.start() is False and counter.start(keep_any=True) is False  # it counts
    counter.commit(second.forward)
    counter.heed(second)
    counter.allow(12, 0)
    counter.allow(None, 1)
    counter.hush()
    counter.prepare_sleep()
    third = counter.read()
    assert second.forward <= third.forward <= second.forward + 1, (second, third)
    Clock().sleep_ms(10_000)
    fourth = counter.read()
    assert 9 <= fourth.forward - third.forward <= 11, (third, fourth)
    _check_counts(second)
    _check_counts(fourth)
    _check_recent(counter.recent())
    return fourth


def _check_recent(recent):
    """A pulse a second: the newest came a moment ago, none before the one that was seen first."""
    ages_s = recent.ages_s
    assert 1 <= len(ages_s) <= 34 and 0 <= ages_s[0] <= 2, recent
    assert ages_s == sorted(ages_s) and ages_s[-1] <= 80, recent
    assert 0 <= recent.bursts < 1 << 16, recent
    assert recent.burst_age_s is None or 0 <= recent.burst_age_s <= 80, recent


def _check_counts(counts):
    for name in ("forward", "reverse", "illegal", "rejected"):
        assert 0 <= getattr(counts, name) < 1 << 32, counts
    for name in ("chatters", "overrates", "bursts", "requests", "used"):
        assert 0 <= getattr(counts, name) < 1 << 16, counts
    assert counts.reverse == counts.illegal == 0  # one line has no direction
    if counts.ticks is not None:
        assert 0 <= counts.paced_ticks < 1 << 32
        assert 0 < counts.last_ticks <= counts.ticks < 1 << 48, counts


def test_counter_of_a_reed():
    last = _counter_counts("reed")
    again = _opened_counter("reed")
    assert again.stays_awake is False and last.ticks is not None
    assert again.start() is False  # a reset ended nothing
    assert last.forward <= again.read().forward <= last.forward + 1
    recent = again.recent()
    program = recent.program
    # 3600 L/h: the ring holds 34 pulses of 0.44 s at the coarsest, and a burst is on.
    assert len(recent.ages_s) == 34 and 32 <= recent.ages_s[-1] <= 35, recent
    assert recent.ages_s[-1] <= recent.burst_age_s and recent.bursts == 1, recent
    assert again.start(fresh=True) is True
    assert again.read().forward <= 1
    assert len(again.recent().ages_s) <= 1  # what the ring holds is of an earlier life
    other = _opened_counter("reed", burst_s=200)
    assert other.start() is False and other.recent().program != program


def test_counter_of_a_hall_sensor():
    last = _counter_counts("hall")
    again = _opened_counter("hall")
    assert again.stays_awake is True and last.ticks is None
    assert again.start() is True  # each boot begins at zero
    assert again.read().forward <= 1
