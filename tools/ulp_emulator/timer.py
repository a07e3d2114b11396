"""The ULP timer and the pins over time (ESP-IDF docs, "ULP program flow").

The timer counts slow-clock cycles of the chosen period register, the ULP runs, HALT starts the
timer again: the time from poll to poll is the period plus the run. All times in microseconds.
"""

import copy
from collections.abc import Iterable
from math import ceil

from ulp_emulator.cpu import Ulp
from ulp_emulator.rtc import SLEEP_CYC0, STATE0, TIMER_ENABLE

_PERIODS = 5
_NEVER = float("inf")
_MASK_32 = 0xFFFFFFFF


class Timer:
    """Runs a Ulp on its timer while edge lists drive the pins.

    slow_hz: RTC_SLOW_CLK, nominally 150 kHz; fast_hz: RTC_FAST_CLK, by which a run takes time.
    start_cycles: slow-clock cycles from the end of a period to the first instruction, 4 and
    ULPCP_TOUCH_START_WAIT; ulp_set_wakeup_period() subtracts them.
    sleep_needs_cpu: in deep sleep SLEEP has no effect and period register 0 is used, as ESP-IDF
    says at ulp_set_wakeup_period() (ulp_fsm_common.h). ulp_instruction_set.rst doesn't.
    A pin changes between runs, never within one.
    """

    def __init__(
        self,
        ulp: Ulp,
        *,
        slow_hz: float = 150_000,
        fast_hz: float = 8_500_000,
        start_cycles: int = 20,
        sleep_needs_cpu: bool = False,
    ):
        self.ulp = ulp
        self.slow_hz = slow_hz
        self.fast_hz = fast_hz
        self.start_cycles = start_cycles
        self.sleep_needs_cpu = sleep_needs_cpu
        self.now_us = self.began_us = 0.0  # power came then
        self.due_us: float | None = None  # when the next run begins; None: the timer is off
        self.polls = 0
        self.cycles = 0
        self.longest_cycles = 0
        self.rest_cycles = 0  # of a poll at rest, once follow_to() has seen one
        self._tracks: list[tuple[int, tuple, int]] = []  # rtc gpio, edges, the next of them
        self.next_edge_us = _NEVER
        ulp.rtc.cycles_per_tick = fast_hz / slow_hz

    def set_period_us(self, index: int, period_us: float, calibrated_hz: float = 0) -> None:
        """ulp_set_wakeup_period() of ESP-IDF; calibrated_hz: what the CPU holds for slow_hz."""
        if not 0 <= index < _PERIODS:
            raise ValueError(f"period register {index}")
        cycles = int(period_us * (calibrated_hz or self.slow_hz) / 1_000_000)
        self.ulp.rtc.write(SLEEP_CYC0 + index, max(0, cycles - self.start_cycles) & _MASK_32)

    def start(self, entry: int) -> None:
        """ulp_run() of ESP-IDF: the first run, at word `entry`, comes after one period."""
        self.ulp.entry = entry
        self.ulp.period_index = 0
        self.ulp.rtc.write(STATE0, TIMER_ENABLE, TIMER_ENABLE)
        self.due_us = self.now_us + self.period_us()

    def stop(self) -> None:
        """Clear ULP_CP_SLP_TIMER_EN, as the CPU or a program does to stop the polling."""
        self.ulp.rtc.write(STATE0, 0, TIMER_ENABLE)
        self.due_us = None

    def drive(self, rtc_gpio: int, edges: Iterable[tuple[float, int]], initial: int = 1) -> None:
        """From now on the pin follows (t_us, level after the edge), ascending."""
        self.ulp.rtc.set_level(rtc_gpio, initial)
        self._tracks = [track for track in self._tracks if track[0] != rtc_gpio]
        self._tracks.append((rtc_gpio, tuple(edges), 0))
        self._follow(self.now_us)

    def advance_to(self, us: float) -> None:
        """Run all polls that begin up to `us`. The last one is finished, whatever it takes."""
        self._notice_enable()
        while self.due_us is not None and self.due_us <= us:
            self._poll()
        self._follow(us)
        self.now_us = us

    def follow_to(self, us: float, rest_word: int, until_wake: bool = False) -> bool:
        """As advance_to(), but much faster while nothing happens on the pins.

        A poll at rest, one that added 1 to the half-word in `rest_word` and changed nothing else,
        will be the same until a pin changes: such polls are skipped. True for a program whose
        polls depend on memory and pins alone and that only ever adds to that word; after a poll
        that looked at the clock or at the state of the CPU nothing is skipped. until_wake: stop
        behind the poll that woke the CPU, with True and now_us at that moment.
        """
        self._notice_enable()
        rtc, words = self.ulp.rtc, self.ulp.words
        wakes = rtc.wakes
        while self.due_us is not None and self.due_us <= us:
            before, looks, cycles = bytes(self.ulp.memory), rtc.looks, self.cycles
            start_us = self.due_us
            self._poll()
            if until_wake and rtc.wakes != wakes:
                self.now_us = start_us
                return True
            if rtc.looks == looks and _only_added(before, self.ulp, rest_word):
                each = self.cycles - cycles
                self.rest_cycles = each
                polls = min(self.skippable(us, each), 0xFFFF - (words[rest_word] & 0xFFFF))
                if polls > 0:
                    self.skip(polls, each)
                    words[rest_word] += polls
        self._follow(us)
        self.now_us = us
        return False

    def skippable(self, until_us: float, cycles_each: int) -> int:
        """How many polls of so many cycles begin before `until_us` and before the next edge."""
        if self.due_us is None:
            return 0
        limit_us = min(until_us, self.next_edge_us)
        each_us = self.period_us() + self._us(cycles_each)
        polls = max(0, ceil((limit_us - self.due_us) / each_us))
        beyond = polls and self.due_us + (polls - 1) * each_us >= limit_us  # rounding
        return polls - 1 if beyond else polls

    def skip(self, polls: int, cycles_each: int) -> None:
        """Let polls pass without running them. The caller knows what each would have done, and
        has done it to the memory; no edge may fall before the last of them."""
        each_us = self.period_us() + self._us(cycles_each)
        if self.due_us is None or self.due_us + (polls - 1) * each_us >= self.next_edge_us:
            raise ValueError("the timer is off or an edge would be skipped")
        self.due_us += polls * each_us
        self.polls += polls
        self.cycles += polls * cycles_each

    def ticks(self, us: float) -> float:
        """Slow-clock cycles since power came."""
        return (us - self.began_us) * self.slow_hz / 1_000_000

    def period_us(self) -> float:
        """From HALT to the next start."""
        works = self.ulp.rtc.cpu_awake or not self.sleep_needs_cpu
        register = SLEEP_CYC0 + (self.ulp.period_index if works else 0)
        return (self.ulp.rtc.read(register) + self.start_cycles) * 1_000_000 / self.slow_hz

    def restarted(self, slow_hz: float) -> "Timer":
        """A copy whose time begins anew, with the first poll after one period of this clock."""
        twin = Timer(
            self.ulp.copy(),
            slow_hz=slow_hz,
            fast_hz=self.fast_hz,
            start_cycles=self.start_cycles,
            sleep_needs_cpu=self.sleep_needs_cpu,
        )
        twin._notice_enable()
        return twin

    def copy(self) -> "Timer":
        """The whole state, with a copy of the Ulp."""
        twin = copy.copy(self)
        twin.ulp = self.ulp.copy()
        twin._tracks = list(self._tracks)
        return twin

    def _poll(self) -> None:
        start_us = self.due_us
        if start_us >= self.next_edge_us:
            self._follow(start_us)
        self.ulp.rtc.ticks = self.ticks(start_us)
        cycles = self.ulp.run()
        self.polls += 1
        self.cycles += cycles
        self.longest_cycles = max(self.longest_cycles, cycles)
        end_us = start_us + self._us(cycles)
        self.due_us = end_us + self.period_us() if self._enabled() else None

    def _notice_enable(self) -> None:
        """The CPU, too, may have written the enable bit since the last time."""
        if not self._enabled():
            self.due_us = None
        elif self.due_us is None:
            self.due_us = self.now_us + self.period_us()

    def _enabled(self) -> bool:
        return bool(self.ulp.rtc.read(STATE0) & TIMER_ENABLE)

    def _us(self, cycles: int) -> float:
        return cycles * 1_000_000 / self.fast_hz

    def _follow(self, us: float) -> None:
        """Bring the pins to their levels at `us`; an edge counts from its own time on."""
        self.next_edge_us = _NEVER
        for number, (rtc_gpio, edges, start) in enumerate(self._tracks):
            index = start
            while index < len(edges) and edges[index][0] <= us:
                index += 1
            if index != start:
                self.ulp.rtc.set_level(rtc_gpio, edges[index - 1][1])
                self._tracks[number] = rtc_gpio, edges, index
            if index < len(edges):
                self.next_edge_us = min(self.next_edge_us, edges[index][0])


def _only_added(before: bytes, ulp: Ulp, word: int) -> bool:
    """True when memory is as before but for 1 more in the lower half of a word."""
    now = ulp.words[word]
    was = int.from_bytes(before[4 * word : 4 * word + 4], "little")
    if now & 0xFFFF != (was & 0xFFFF) + 1:
        return False
    ulp.words[word] = was
    is_same = ulp.memory == before
    ulp.words[word] = now
    return is_same
