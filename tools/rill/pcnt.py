"""One unit of the chip's pulse counter (PCNT), over the edges of its pin.

Numbers: ESP32 technical reference manual, chapter "Pulse Count Controller"; limit and filter as
MicroPython sets them (ports/esp32/modules/machine.py).
"""

from bisect import bisect_right
from collections.abc import Sequence

LIMIT = 32_000  # of a register of 16 bits: there the count begins at 0 again
UNITS = 8
MOST_FILTER_CYCLES = 1023
RISING, FALLING = 1, 2
_APB_MHZ = 80
_REST_LEVEL = 1  # of a pin before its first edge


class Unit:
    """Counts from begin_us on.

    edges: of the pin, (t_us, level after it), ascending. counted: RISING | FALLING.
    filter_cycles: what is shorter, in cycles of 80 MHz, is swallowed.
    """

    def __init__(
        self, edges: Sequence[tuple[float, int]], begin_us: float, counted: int, filter_cycles: int
    ):
        if not 0 <= filter_cycles <= MOST_FILTER_CYCLES:
            raise ValueError(f"a filter of {filter_cycles} cycles")
        self.begin_us = begin_us
        self.value = 0  # the register
        self.events = 0  # how often it was at its limit
        self._edges = edges
        self._next = bisect_right(edges, begin_us, key=lambda edge: edge[0])
        self._filter_us = filter_cycles / _APB_MHZ
        self._counted = counted
        self._passed = self._level = edges[self._next - 1][1] if self._next else _REST_LEVEL
        self._since_us = begin_us

    def advance_to(self, us: float, is_connected: bool = True) -> None:
        """All edges until then. is_connected: the pad is a digital one, not the RTC's."""
        edges = self._edges
        while self._next < len(edges) and edges[self._next][0] <= us:
            t_us, level = edges[self._next]
            self._next += 1
            self._pass(t_us, is_connected)
            if level != self._level:
                self._level, self._since_us = level, t_us
        self._pass(us, is_connected)

    def take_events(self) -> int:
        """How often the limit was met since this was asked last."""
        taken, self.events = self.events, 0
        return taken

    def _pass(self, us: float, is_connected: bool) -> None:
        """Let a level through that has lasted long enough by now."""
        if self._level == self._passed or us - self._since_us < self._filter_us:
            return
        self._passed = self._level
        if is_connected and self._counted & (RISING if self._level else FALLING):
            self._count()

    def _count(self) -> None:
        self.value += 1
        if self.value == LIMIT:
            self.value = 0
            self.events += 1
