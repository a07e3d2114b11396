"""What surrounds the simulated board: time, water, the coprocessor, the cell, the network.

Time is virtual, in microseconds since the world began at midnight UTC of WORLD_BEGAN_S,
and moves only when the board sleeps, waits or looks at its clock.
"""

import copy
import struct
from array import array
from collections.abc import Callable, Sequence
from random import Random

from rill import operations as op
from rill import pcnt
from rill.board_time import BoardTime
from rill.coprocessor import SLOW_HZ, Coprocessor
from rill.hall import hall_edges
from rill.lines import Lines
from rill.modem.modem import Modem
from rill.probes import Probes
from rill.reed import reed_edges
from rill.slow_clock import SlowClock
from rill.uarts import Uarts
from rill.wear import Wear

WORLD_BEGAN_S = 1767225600  # 2026-01-01T00:00:00Z, Unix time
_LOOK_US = 100  # a look at the clock takes time, or a waiting loop would never end
_ACCESS_US = 5  # so does an access to a register or to RTC memory
PULSE_PIN = 32


class WorldError(Exception):
    """The firmware did what no board can answer."""


class World:
    """pulse_times_us: of the meter's sensor; outages_s: (begin, length) without network.

    sensor: "reed", which bounces, seed says how, or "hall". edges: of the pulse pin, ascending
    (t_us, level after it), instead of those that a sensor makes of pulse_times_us.
    slow_hz: of the slow clock, which the CPU takes for 150 kHz. slow_clock: one that drifts, and
    that each boot measures.

    ends_us: when the run of a board that stays awake is over, None: it has to sleep.
    notice: called when the board feeds its watchdog or asks for the network.
    """

    def __init__(
        self,
        pulse_times_us: array,
        outages_s: Sequence[tuple[int, int]] = (),
        *,
        sensor: str = "reed",
        seed: int = 0,
        edges: Sequence[tuple[float, int]] | None = None,
        slow_hz: float = SLOW_HZ,
        slow_clock: SlowClock | None = None,
        probes: Probes | None = None,
        modem: Modem | None = None,
    ):
        self.now_us = 0
        self.probes = probes or Probes()
        self.cause = 0
        self._lines = Lines(self._switched)
        self.modem = modem
        if modem is not None:
            modem.has_coverage = self.network_is_up
        self._uarts = Uarts(self.probes, modem, lambda: self.now_us)
        self.watchdog_us: int | None = None
        self.ends_us: int | None = None
        self.notice: Callable[[], None] = lambda: None
        self.units: dict[int, pcnt.Unit] = {}
        self.network_offset_s = 0  # by which its time is wrong
        self.wifi_dbm = -60
        self.wear = Wear()
        self.noted: list[tuple[int, bytes]] = []  # what a script on the board had to say
        self.ulp_wakes = False  # asked for before each sleep, forgotten at each boot
        self._fed_us = 0
        self._pulse_times_us = pulse_times_us
        self._outages_s = outages_s
        self._sensor = sensor
        self._seed = seed
        self._edges: Sequence[tuple[float, int]] = ()
        self._has_water = False
        self.coprocessor = Coprocessor(slow_hz)
        self._time = BoardTime(slow_clock, self.coprocessor)
        if edges is not None:
            self._drive(edges)
        self._answers = self._table()

    def _table(self) -> dict[int, Callable[[int, bytes], int | bytes]]:
        return {
            op.NOW_US: self._look,
            op.SLEEP_US: self._sleep,
            op.RTC_GET: lambda value, data: self._time.rtc_s(self.now_us),
            op.RTC_SET: self._set_rtc,
            op.CAUSE: lambda value, data: self.cause,
            op.ULP_PERIOD: self._set_period,
            op.BYTES: self._read_bytes,
            op.LINE_GET: lambda pin, data: self.probes.level(pin, self.now_us),
            op.WATCHDOG_MS: self._arm_watchdog,
            op.FEED: self._feed,
            op.LINK_UP: self._ask_for_network,
            op.TRUE_TIME_S: lambda value, data: self._network_s(),
            op.PEEK: self._peek,
            op.POKE: self._poke,
            op.ULP_LOAD: self._load_ulp,
            op.ULP_RUN: self._run_ulp,
            op.PCNT_START: self._start_unit,
            op.PCNT_READ: self._read_unit,
            op.PCNT_STOP: self._stop_unit,
            op.PIN_DIGITAL: self._make_digital,
            op.ULP_WAKES: self._let_ulp_wake,
            op.NOTE: self._hear,
            **self.probes.answers(lambda: self.now_us),
            **self._lines.answers(),
            **self._uarts.answers(),
        }

    def copied(self) -> "World":
        """Everything once more; what never changes is shared."""
        twin = copy.copy(self)
        twin._lines, twin.units = self._lines.copied(twin._switched), {}
        twin.wear, twin.probes, twin.noted = copy.deepcopy((self.wear, self.probes, []))
        twin.modem, twin._uarts = None, Uarts(twin.probes, None, lambda: twin.now_us)
        twin.coprocessor = self.coprocessor.copied()
        twin._time = self._time.copied(twin.coprocessor)
        twin._answers = twin._table()
        return twin

    def lose_power(self, seed: int) -> None:
        """Everything but the flash is gone; the coprocessor's memory is noise."""
        self.coprocessor = Coprocessor(self.coprocessor.timer.slow_hz)
        self.coprocessor.power_comes(self._time.slow_us(self.now_us), Random(seed))
        self._time = self._time.restarted(self.coprocessor, self.now_us)
        self._lines.lose_power()
        self._uarts.lose_power()
        if self._has_water:
            self._drive(self._edges)

    def answer(self, operation: int, value: int, data: bytes) -> int | bytes:
        """The world's answer to one request of the board."""
        if operation not in self._answers:
            raise WorldError(f"the board asked for unknown operation {operation}")
        return self._answers[operation](value, data)

    def is_watchdog_due(self) -> bool:
        return self.watchdog_us is not None and self.now_us - self._fed_us > self.watchdog_us

    def is_over(self) -> bool:
        return self.ends_us is not None and self.now_us >= self.ends_us

    def begin_wake(self, cause: int, boot_us: int) -> None:
        """Everything that a reset of the chip resets; the coprocessor and the RTC go on."""
        self.cause = cause
        self.watchdog_us = None
        self.units.clear()
        self.probes.off()
        self._uarts.board_resets()
        self.ulp_wakes = False
        self._chip_sleeps(False)
        self._time.boot(self.now_us)
        self.now_us += boot_us

    def wakes_us(self, sleep_ms: int) -> int:
        """When a deep sleep that begins now is over."""
        return self._time.wakes_us(self.now_us, sleep_ms)

    def sleep_until(self, us: int) -> bool:
        """Deep sleep; True when the coprocessor ended it, at what is now_us then."""
        self._lines.sleep()
        self._chip_sleeps(True)
        self._time.sleep(self.now_us)
        woken = self.coprocessor.advance_to(self._time.slow_us(us), until_wake=self.ulp_wakes)
        self.now_us = int(self._time.true_us(self.coprocessor.timer.now_us)) if woken else us
        return woken

    def _chip_sleeps(self, asleep: bool) -> None:
        self.coprocessor.advance_to(self._time.slow_us(self.now_us))
        self.coprocessor.sleeps(asleep)

    def network_is_up(self, at_us: int | None = None) -> bool:
        now_s = (self.now_us if at_us is None else at_us) // 1_000_000
        return not any(begin <= now_s < begin + length for begin, length in self._outages_s)

    def _network_s(self) -> int:
        return WORLD_BEGAN_S + self.network_offset_s + self.now_us // 1_000_000

    def _hear(self, value: int, data: bytes) -> int:
        self.noted.append((value, data))
        return 0

    def _let_ulp_wake(self, value: int, data: bytes) -> int:
        self.ulp_wakes = True
        return 0

    def _look(self, value: int, data: bytes) -> int:
        self.now_us += _LOOK_US
        return self.now_us

    def _sleep(self, value: int, data: bytes) -> int:
        if value < 0:
            raise WorldError(f"the board slept {value} us")
        self.now_us += value
        return 0

    def _set_rtc(self, value: int, data: bytes) -> int:
        self._time.set_rtc(self.now_us, value)
        return 0

    def _switched(self, pin: int, level: int) -> None:
        if not self._uarts.take_line(pin, level):
            self.probes.switched(pin, level, self.now_us)

    def _arm_watchdog(self, value: int, data: bytes) -> int:
        self.watchdog_us = value * 1000
        self._fed_us = self.now_us
        return 0

    def _feed(self, value: int, data: bytes) -> int:
        self._fed_us = self.now_us
        self.notice()
        return 0

    def _ask_for_network(self, value: int, data: bytes) -> int:
        self.notice()
        return -self.wifi_dbm if self.network_is_up() else 0

    # The address space of the chip: RTC memory and registers are the coprocessor's.

    def _access(self) -> Coprocessor:
        self.now_us += _ACCESS_US
        self.coprocessor.advance_to(self._time.slow_us(self.now_us))
        return self.coprocessor

    def _peek(self, address: int, data: bytes) -> int:
        return self._access().peek(address)

    def _read_bytes(self, value: int, data: bytes) -> bytes:
        return self._access().read(value & 0xFFFFFFFF, value >> 32)

    def _poke(self, address: int, data: bytes) -> int:
        self._access().poke(address, int.from_bytes(data, "little"))
        return 0

    def _set_period(self, value: int, data: bytes) -> int:
        self._access().set_period(value >> 32, value & 0xFFFFFFFF)
        return 0

    def _load_ulp(self, value: int, data: bytes) -> int:
        self._access().load(data)
        return 0

    def _run_ulp(self, value: int, data: bytes) -> int:
        self._access().run(value)
        self._begin_water()
        return 0

    def _begin_water(self) -> None:
        """The trace begins with the meter: what flowed during its very first boot counts."""
        if self._has_water:
            return
        if self._sensor == "hall":
            self._drive(list(hall_edges(self._pulse_times_us, self.now_us)))
        else:
            self._drive(list(reed_edges(self._pulse_times_us, self.now_us, self._seed)))

    def _drive(self, edges: Sequence[tuple[float, int]]) -> None:
        self._has_water = True
        self._edges = edges
        slow_edges = ((self._time.slow_us(t_us), level) for t_us, level in edges)
        self.coprocessor.drive(PULSE_PIN, slow_edges)

    # The pulse counter of the awake chip: it stops with it, and is forgotten at each reset.

    def _start_unit(self, number: int, data: bytes) -> int:
        gpio, counted, filter_cycles = struct.unpack("<BBH", data)
        if not 0 <= number < pcnt.UNITS:
            raise WorldError(f"PCNT has no unit {number}")
        self._access()
        self._begin_water()
        edges = self._edges if gpio == PULSE_PIN else ()
        self.units[number] = pcnt.Unit(edges, self.now_us, counted, filter_cycles)
        return 0

    def _read_unit(self, number: int, data: bytes) -> int:
        self._access()
        if number not in self.units:
            raise WorldError(f"unit {number} of PCNT was read, but not started")
        unit = self.units[number]
        unit.advance_to(self.now_us, self.coprocessor.is_digital(PULSE_PIN))
        return unit.take_events() << 16 | unit.value

    def _stop_unit(self, number: int, data: bytes) -> int:
        self.units.pop(number, None)
        return 0

    def _make_digital(self, gpio: int, data: bytes) -> int:
        self._access().make_digital(gpio)
        return 0
