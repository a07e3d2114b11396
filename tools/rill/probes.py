"""The water of a simulated board, and the probes in it."""

import math
import struct
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from rill import operations as op

BUTTON_PIN = 0  # of the board
DIVIDER = 2 / 3
_CELL_UV = 3_600_000
_LOW_CELL_UV = 2_900_000
_WHOLE_CABLE_UV = 1_650_000  # at the middle of two equal resistors
_CABLE_UV = {"cable_cut": 3_150_000, "cable_short": 142_000}  # the ends of the ADC
_ADC_MOST_UV = 3_300_000
_WARM_UP_US = 2_000_000
_SETTLE_US = 120_000  # before it, a probe that has just got power says less than there is
_CONVERSION_US = 519_000  # of a copy, at any resolution
_POWER_ON_REGISTER = bytes((0x50, 0x05, 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10))
_STEPS = 2300

# Pins of the simulated board, as in the configuration that `rill simulate --quality` writes.
PINS = {
    "tds_pin": 33,
    "tds_switch_pin": 25,
    "turbidity_pin": 34,
    "turbidity_switch_pin": 26,
    "thermometer_pin": 27,
    "thermometer_switch_pin": 14,
}
PRODUCT_PINS = {"product_tds_pin": 36, "product_tds_switch_pin": 13}
# What tells of tampering, on any meter whose configuration names it.
GUARD_PINS = {"magnet_pin": 18, "case_pin": 19, "cable_pin": 39}
INSTRUMENT_PINS = {
    "instrument_tx_pin": 17,
    "instrument_rx_pin": 16,
    "instrument_direction_pin": 21,
    "instrument_switch_pin": 22,
}
# Data sheets; of an instrument 40 mA at 12 V, from the 3.6 V of the cell.
_CHIP_MA = 40
_MA_BY_PIN = {
    PINS["tds_switch_pin"]: 6,
    PRODUCT_PINS["product_tds_switch_pin"]: 6,
    PINS["turbidity_switch_pin"]: 40,
    PINS["thermometer_switch_pin"]: 1.5,
    INSTRUMENT_PINS["instrument_switch_pin"]: 150,
}
FAULTS = (
    "tds_open", "tds_short", "turbidity_open", "turbidity_short", "thermometer_missing",
    "thermometer_85", "thermometer_crc", "thermometer_ground", "instrument_silent",
    "instrument_crc", "tds_always_on", "turbidity_always_on",
)  # fmt: skip


def tds_ppm(v: float) -> float:
    """The maker's curve of a Gravity TDS probe at 25 degrees, 0.5 mg/L for each uS/cm."""
    return 0.5 * (133.42 * v**3 - 255.86 * v**2 + 857.39 * v)


_TDS_TABLE = [tds_ppm(n / 1000) for n in range(_STEPS + 1)]


def tds_volts(ppm: float) -> float:
    """The inverse of tds_ppm(), to a millivolt and between."""
    n = min(max(1, bisect_left(_TDS_TABLE, ppm)), _STEPS)
    low, high = _TDS_TABLE[n - 1], _TDS_TABLE[n]
    return (n - 1 + (ppm - low) / (high - low)) / 1000


def turbidity_volts(ntu: float) -> float:
    """The clear side of the maker's parabola of a SEN0189."""
    return (5742.3 + math.sqrt(5742.3**2 - 4 * 1120.4 * (4352.9 + ntu))) / (2 * 1120.4)


def _float(address: int, value: float) -> dict[int, int]:
    high, low = struct.unpack(">HH", struct.pack(">f", value))
    return {address: high, address + 1: low}


# What the registers of an instrument hold in water of so many degrees, ppm and NTU.
REGISTERS: dict[str, Callable[[float, float, float], dict[int, int]]] = {
    "ectds10": lambda c, ppm, ntu: dict(
        enumerate([round(100 * c) & 0xFFFF, 0, round(2 * ppm), 0, round(ppm)])
    ),
    "sen0710": lambda c, ppm, ntu: {0: round(10 * ntu), 1: round(10 * c) & 0xFFFF},
    "ws102_tds": lambda c, ppm, ntu: {**_float(4, c), **_float(6, ppm)},
}


@dataclass(frozen=True)
class Water:
    """What is in the pipe, by seconds since the world began."""

    ppm: Callable[[float], float] = lambda s: 210.0
    ntu: Callable[[float], float] = lambda s: 0.4
    celsius: Callable[[float], float] = lambda s: 14.0 + 3.0 * math.sin(s / 86_400 * 2 * math.pi)
    product_ppm: Callable[[float], float] = lambda s: 12.0


@dataclass
class Probes:
    """faults: (name, begin_s, length_s); beside FAULTS, which a probe may have, "magnet",
    "case_opened", "cable_cut", "cable_short", "cell_low" and "button" (it is held) go. pins: as
    they are wired. flushes: whether the valve of a purifier is open at a second, and at which
    pin that can be read. instrument: on RS-485.
    """

    water: Water = field(default_factory=Water)
    faults: Sequence[tuple[str, int, int]] = ()
    seed: int = 0
    pins: dict[str, int] = field(default_factory=lambda: {**PINS, **PRODUCT_PINS})
    flushes: tuple[int, Callable[[float], bool]] | None = None
    instrument: str = ""

    def __post_init__(self):
        self._random = Random(self.seed)
        self._on_us: dict[int, int] = {}
        self.pulled: set[int] = set()  # pins that the chip pulls up
        self._used: dict[int, list[int]] = {}
        self._wire: list[int] = []
        self._register = _POWER_ON_REGISTER
        self._converted_us: int | None = None

    def answers(self, now: Callable[[], int]) -> dict[int, Callable[[int, bytes], int | bytes]]:
        """Of the operations that are theirs; now(): the world's time."""
        return {
            op.ADC_UV: lambda pin, data: self._adc_uv(pin, now()),
            op.PIN_PULL: self._pull,
            op.WIRE_RESET: lambda pin, data: self._wire_reset(pin, now()),
            op.WIRE_WRITE: lambda pin, data: self._wire_write(data, now()),
            op.WIRE_READ: lambda value, data: self._wire_read(value & 0xFF, now()),
        }

    def level(self, pin: int, now_us: int) -> int:
        """Of a line that something beside the meter drives, or a switch to ground closes."""
        for key, is_closed in (
            ("magnet_pin", self._has("magnet", now_us / 1e6)),
            ("case_pin", not self._has("case_opened", now_us / 1e6)),
        ):
            if pin == GUARD_PINS[key]:
                return int(pin in self.pulled and not is_closed)
        if pin == BUTTON_PIN:
            return int(not self._has("button", now_us / 1e6))
        if self.flushes is None or pin != self.flushes[0]:
            return 0
        return int(self.flushes[1](now_us / 1e6))

    def registers(self, now_us: int) -> dict[int, int]:
        """Of the instrument; empty while it has no power."""
        on_us = self._on_us.get(INSTRUMENT_PINS["instrument_switch_pin"])
        s = now_us / 1e6
        is_silent = on_us is None or now_us - on_us < _WARM_UP_US
        if is_silent or self._has("instrument_silent", s):
            return {}
        water = self.water
        return REGISTERS[self.instrument](water.celsius(s), water.ppm(s), water.ntu(s))

    def spoils(self, now_us: int) -> bool:
        """True when a bit of each answer is wrong."""
        return self._has("instrument_crc", now_us / 1e6)

    def mc_per_look(self) -> float | None:
        """Millicoulombs that one reading of all probes takes, the chip's beside them."""
        looks = max((len(spans_us) for spans_us in self._used.values()), default=0)
        if not looks:
            return None
        mc = sum(
            (_MA_BY_PIN[pin] + _CHIP_MA) * sum(spans_us) / 1e6
            for pin, spans_us in self._used.items()
        )
        return round(mc / looks, 1)

    def off(self) -> None:
        """The chip sleeps or boots: all its lines are low."""
        self._on_us.clear()

    def switched(self, pin: int, level: int, now_us: int) -> None:
        """A line of the board has been set."""
        if pin not in _MA_BY_PIN:
            return
        if not level and pin in self._on_us:
            self._used.setdefault(pin, []).append(now_us - self._on_us.pop(pin))
        elif not level:
            return
        elif pin not in self._on_us:
            self._on_us[pin] = now_us
            if pin == self.pins["thermometer_switch_pin"]:
                self._register, self._converted_us = _POWER_ON_REGISTER, None

    def _adc_uv(self, pin: int, now_us: int) -> int:
        """Microvolts at a pin; where no probe is there is half of the cell's voltage."""
        s = now_us / 1e6
        for name, volts, fault in (
            ("tds", self._tds(self.water.ppm(s), s), "tds"),
            ("product_tds", self._tds(self.water.product_ppm(s), s), ""),
            ("turbidity", self._turbidity(s), "turbidity"),
        ):
            if pin == self.pins.get(name + "_pin"):
                is_on = self._is_on(self.pins[name + "_switch_pin"], now_us)
                is_on = is_on or self._has(name + "_always_on", s)
                return self._sampled(volts if is_on else 0.0, fault, s)
        if pin == GUARD_PINS["cable_pin"]:
            broken_uv = [uv for name, uv in _CABLE_UV.items() if self._has(name, s)]
            return broken_uv[0] if broken_uv else _WHOLE_CABLE_UV
        return (_LOW_CELL_UV if self._has("cell_low", s) else _CELL_UV) // 2

    def _pull(self, value: int, data: bytes) -> int:
        (self.pulled.add if value & 1 else self.pulled.discard)(value >> 1)
        return 0

    def _is_on(self, pin: int, now_us: int) -> bool:
        return pin in self._on_us and now_us - self._on_us[pin] >= _SETTLE_US

    def _sampled(self, volts: float, fault: str, s: float) -> int:
        stray = {PINS["tds_switch_pin"]} if self._has("tds_always_on", s) else set()
        if len(stray.union(self._on_us)) > 1:
            volts *= self._random.uniform(0.5, 1.5)  # two of them in the same water
        if self._has(fault + "_open", s):
            volts = 0.004 if fault == "tds" else 3.3
        if self._has(fault + "_short", s):
            volts = 2.31 if fault == "tds" else 0.002
        noisy_uv = round(1e6 * (volts + self._random.gauss(0, 0.005)))
        return min(max(0, noisy_uv // 1000 * 1000), _ADC_MOST_UV)  # the ADC has whole millivolts

    def _tds(self, ppm: float, s: float) -> float:
        return tds_volts(ppm) * (1 + 0.02 * (self.water.celsius(s) - 25))

    def _turbidity(self, s: float) -> float:
        clear = turbidity_volts(self.water.ntu(s)) - 0.0047 * (self.water.celsius(s) - 25)
        return clear * DIVIDER

    def _has(self, name: str, s: float) -> bool:
        return any(name == n and begin <= s < begin + length for n, begin, length in self.faults)

    # A DS18B20 on its bus.

    def _wire_reset(self, pin: int, now_us: int) -> int:
        self._wire = []
        s = now_us / 1e6
        is_here = pin == self.pins["thermometer_pin"] and self._has_power()
        return int(is_here and not self._has("thermometer_missing", s))

    def _wire_write(self, data: bytes, now_us: int) -> int:
        self._wire += data
        if self._wire == [0xCC, 0x44]:
            self._converted_us = now_us + _CONVERSION_US
        return 0

    def _wire_read(self, size: int, now_us: int) -> bytes:
        s = now_us / 1e6
        if self._wire[:2] != [0xCC, 0xBE] or self._has("thermometer_missing", s):
            return b"\xff" * size
        if self._has("thermometer_ground", s):
            return bytes(size)
        if self._converted_us is not None and now_us >= self._converted_us:
            self._register = self._measured(s)
            self._converted_us = None
        content = self._register + bytes((crc8(self._register),))
        if self._has("thermometer_crc", s):
            content = content[:-1] + bytes((content[-1] ^ 0x5A,))
        at = len(self._wire) - 2
        self._wire += [0] * size
        return content[at : at + size].ljust(size, b"\xff")

    def _has_power(self) -> bool:
        return self.pins["thermometer_switch_pin"] in self._on_us

    def _measured(self, s: float) -> bytes:
        if self._has("thermometer_85", s):
            return _POWER_ON_REGISTER
        sixteenths = round(16 * self.water.celsius(s)) & 0xFFFF
        return sixteenths.to_bytes(2, "little") + _POWER_ON_REGISTER[2:]


def crc8(data: bytes) -> int:
    """x^8 + x^5 + x^4 + 1, most significant bit last."""
    crc = 0
    for byte in data:
        for bit in range(8):
            mixed = (crc ^ byte >> bit) & 1
            crc = crc >> 1 ^ (0x8C if mixed else 0)
    return crc
