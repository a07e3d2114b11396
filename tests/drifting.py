"""A whole meter on a slow clock that drifts, with a sync each day."""

from rill.household import household
from rill.simulate import Run, Settings
from rill.slow_clock import SlowClock
from rill.trace import Trace
from rill.world import WORLD_BEGAN_S, World

_HOUR_S = 3600
_TAKEN_S = 0.5  # behind the beginning of its wake: boot, and a look at the counter


class DriftingRun(Run):
    """wakes_s: when each wake began, true seconds since the world did."""

    def __init__(self, settings: Settings, clock: SlowClock):
        super().__init__(settings)
        self._world = World(
            self._pulses_us, seed=settings.seed, slow_clock=clock, sensor=settings.sensor
        )
        self._world.notice = self._follow_world
        self.wakes_s: list[float] = []

    def before_wake(self, wake: int) -> None:
        self.wakes_s.append(self._world.now_us / 1e6)


def check_awake(days: int, clock: SlowClock) -> None:
    """The same of a meter that stays awake. A pulse a second: the odometer tells the time."""
    water = Trace([(60 * n, 60) for n in range(1, days * 1440 + 1)], 60)
    settings = Settings(trace=water, days=days, report_s=21_600, pulse_ml=1, sensor="hall")
    n = DriftingRun(settings, clock).result()
    assert n["records_lost"] == n["records_wrong"] == n["events_lost"] == 0, n
    rows = [row for row in n["readings"] if row["time_s"] - WORLD_BEGAN_S > 21_600]
    assert len(rows) >= 24 * days - 6
    for row in rows:
        error_s = abs(row["time_s"] - WORLD_BEGAN_S - row["odometer_ml"])
        assert error_s <= 3.5, (row, error_s)  # whole seconds, and a second between two counts
        assert row["uncertainty_s"] >= error_s - 1.5, (row, error_s)


def check(days: int, clock: SlowClock, seed: int = 1) -> None:
    """After the second sync: slots within 5 s, readings dated within 2 s, each slot once."""
    run = DriftingRun(
        Settings(trace=household(seed, days), days=days, seed=seed, report_s=86_400), clock
    )
    n = run.result()
    assert n["records_lost"] == n["records_wrong"] == n["events_lost"] == 0, n
    rows = n["readings"]
    times = [row["time_s"] for row in rows]
    assert None not in times and times == sorted(times)
    taken_s = [wake_s + _TAKEN_S for wake_s in run.wakes_s]
    # The second sync comes after a day of the slow clock, 5 % more or less.
    late = [row for row in rows if row["time_s"] - WORLD_BEGAN_S > 1.1 * 86_400]
    for row in late:
        at_s = row["time_s"] - WORLD_BEGAN_S
        error_s = min(abs(at_s - true_s) for true_s in taken_s)
        assert error_s <= 2.5, (row, error_s)  # times are whole seconds
        assert row["uncertainty_s"] >= error_s - 0.5, (row, error_s)
    at_slots = [row for row in late if not row["flags"] & 8]
    slots = [(row["time_s"] - WORLD_BEGAN_S + 5) // _HOUR_S for row in at_slots]
    assert slots == list(range(slots[0], slots[0] + len(slots))) and len(slots) >= 24 * (days - 2)
    for slot in slots:
        assert min(abs(slot * _HOUR_S - true_s) for true_s in taken_s) <= 5, slot
    early = [row for row in rows if 3600 < row["time_s"] - WORLD_BEGAN_S < 0.9 * 86_400]
    assert all(row["flags"] & 64 or row["uncertainty_s"] > 2 for row in early)
