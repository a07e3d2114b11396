"""What surrounds the simulated board: time, water, the coprocessor, the cell, the network.

Time is virtual, in microseconds since the world began at midnight UTC of WORLD_BEGAN_S,
and moves only when the board sleeps, waits or looks at its clock.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence

WORLD_BEGAN_S = 1767225600  # 2026-01-01T00:00:00Z, Unix time
_EPOCH_2000_S = 946684800
_CELL_UV = 3_600_000
_DIVIDER = 2
_LOOK_US = 100  # a look at the clock takes time, or a waiting loop would never end

# Operations of the border, as in board/border.py.
(
    NOW_US,
    SLEEP_US,
    RTC_GET,
    RTC_SET,
    CAUSE,
    COUNT_START,
    COUNT,
    ADC_UV,
    LINE_SET,
    UART_WRITE,
    UART_READ,
    UART_ANY,
    DEEP_SLEEP_MS,
    RESET,
    WATCHDOG_MS,
    FEED,
    LINK_UP,
    TRUE_TIME_S,
    PEEK,
    POKE,
    FUSE,
    CROSSINGS,
    HEAP_PEAK,
    ULP_LOAD,
    ULP_RUN,
) = range(1, 26)

_RTC_SLOW = 0x50000000
_RTC_SLOW_BYTES = 8192
_STATE0 = 0x3FF48018
_ULP_TIMER_ON = 1 << 24
_COUNT_LO = _RTC_SLOW + 12
_COUNT_HI = _RTC_SLOW + 16
_PC_BITS = 0x12E40000  # what a ULP store leaves in the upper half of a word


class WorldError(Exception):
    """The firmware did what no board can answer."""


class World:
    """pulse_times_us: when the meter's reed closes; outages_s: (begin, length) without network."""

    def __init__(self, pulse_times_us: array, outages_s: Sequence[tuple[int, int]] = ()):
        self.now_us = 0
        self.cause = 0
        self.lines: dict[int, int] = {}
        self.uart = bytearray()  # an echo stands at the far end of the cable
        self.watchdog_us: int | None = None
        self._fed_us = 0
        self._pulse_times_us = pulse_times_us
        self._outages_s = outages_s
        self._rtc_s = 0  # seconds since 2000 when it was set
        self._rtc_set_us = 0
        self._counting_since: int | None = None
        self._has_counted = False
        self._slow_memory = bytearray(_RTC_SLOW_BYTES)
        self._registers = {_STATE0: 0}
        self._answers: dict[int, Callable[[int, bytes], int | bytes]] = {
            NOW_US: self._look,
            SLEEP_US: self._sleep,
            RTC_GET: lambda value, data: self._rtc_now_s(),
            RTC_SET: self._set_rtc,
            CAUSE: lambda value, data: self.cause,
            COUNT_START: self._start_counting,
            COUNT: lambda value, data: self.count(),
            ADC_UV: lambda value, data: _CELL_UV // _DIVIDER,
            LINE_SET: self._set_line,
            UART_WRITE: self._write_uart,
            UART_READ: self._read_uart,
            UART_ANY: lambda value, data: len(self.uart),
            WATCHDOG_MS: self._arm_watchdog,
            FEED: self._feed,
            LINK_UP: lambda value, data: int(self.network_is_up()),
            TRUE_TIME_S: lambda value, data: WORLD_BEGAN_S + self.now_us // 1_000_000,
            PEEK: self._peek,
            POKE: self._poke,
            ULP_LOAD: self._load_ulp,
            ULP_RUN: self._run_ulp,
        }

    def answer(self, operation: int, value: int, data: bytes) -> int | bytes:
        """The world's answer to one request of the board."""
        try:
            return self._answers[operation](value, data)
        except KeyError:
            raise WorldError(f"the board asked for unknown operation {operation}") from None

    def is_watchdog_due(self) -> bool:
        return self.watchdog_us is not None and self.now_us - self._fed_us > self.watchdog_us

    def begin_wake(self, cause: int, boot_us: int) -> None:
        """Everything that a reset of the chip resets; the coprocessor and the RTC go on."""
        self.cause = cause
        self.watchdog_us = None
        self.now_us += boot_us

    def network_is_up(self) -> bool:
        now_s = self.now_us // 1_000_000
        return not any(begin <= now_s < begin + length for begin, length in self._outages_s)

    def count(self) -> int:
        """The coprocessor's 32-bit counter."""
        if self._counting_since is None:
            raise WorldError("the counter was read before it was started")
        return (self._pulses_by_now() - self._counting_since) & 0xFFFFFFFF

    def _pulses_by_now(self) -> int:
        return bisect_right(self._pulse_times_us, self.now_us)

    def _start_counting(self, value: int, data: bytes) -> int:
        if self._counting_since is not None:
            return 0
        # The trace begins when the meter is there: what flowed during its very first boot counts.
        self._counting_since = self._pulses_by_now() if self._has_counted else 0
        self._has_counted = True
        return 1

    def _look(self, value: int, data: bytes) -> int:
        self.now_us += _LOOK_US
        return self.now_us

    def _sleep(self, value: int, data: bytes) -> int:
        if value < 0:
            raise WorldError(f"the board slept {value} us")
        self.now_us += value
        return 0

    def _rtc_now_s(self) -> int:
        return self._rtc_s + (self.now_us - self._rtc_set_us) // 1_000_000

    def _set_rtc(self, value: int, data: bytes) -> int:
        self._rtc_s = value
        self._rtc_set_us = self.now_us
        return 0

    def _set_line(self, value: int, data: bytes) -> int:
        self.lines[value >> 1] = value & 1
        return 0

    def _write_uart(self, value: int, data: bytes) -> int:
        self.uart += data
        return 0

    def _read_uart(self, value: int, data: bytes) -> bytes:
        read = bytes(self.uart[:value])
        del self.uart[:value]
        return read

    def _arm_watchdog(self, value: int, data: bytes) -> int:
        self.watchdog_us = value * 1000
        self._fed_us = self.now_us
        return 0

    def _feed(self, value: int, data: bytes) -> int:
        self._fed_us = self.now_us
        return 0

    # The address space of the chip, for the flashed hal. The coprocessor is modelled by
    # what it leaves in its words; firmware/hal/ulp_counter.S says which.

    def _peek(self, address: int, data: bytes) -> int:
        if address in self._registers:
            return self._registers[address]
        offset = address - _RTC_SLOW
        if not 0 <= offset <= _RTC_SLOW_BYTES - 4 or offset % 4:
            raise WorldError(f"read of address {address:#x}")
        if self._counting_since is not None and address in (_COUNT_LO, _COUNT_HI):
            half = self.count() >> (16 if address == _COUNT_HI else 0) & 0xFFFF
            return _PC_BITS | half
        return int.from_bytes(self._slow_memory[offset : offset + 4], "little")

    def _poke(self, address: int, data: bytes) -> int:
        if address in self._registers:
            self._registers[address] = int.from_bytes(data, "little")
            if not self._registers[address] & _ULP_TIMER_ON:
                self._counting_since = None
            return 0
        offset = address - _RTC_SLOW
        if not 0 <= offset <= _RTC_SLOW_BYTES - 4 or offset % 4:
            raise WorldError(f"write to address {address:#x}")
        self._slow_memory[offset : offset + 4] = data
        return 0

    def _load_ulp(self, value: int, data: bytes) -> int:
        if self._registers[_STATE0] & _ULP_TIMER_ON:
            raise WorldError("a program was loaded over the running one")
        self._slow_memory[: len(data)] = data
        return 0

    def _run_ulp(self, value: int, data: bytes) -> int:
        self._registers[_STATE0] |= _ULP_TIMER_ON
        return self._start_counting(0, b"")
