"""What goes wrong with modems in the field, each switchable by name.

A fault is either a chance at each opportunity, or comes in windows of hours whose times the seed
chooses. Faults end at a given time: what a modem does afterwards, it does well.
"""

from collections.abc import Sequence
from random import Random

_DAY_US = 86_400_000_000
_HOUR_US = 3_600_000_000

# Name: probability at each opportunity, what happens.
CHANCES = {
    "echo_on": (0.3, "ATE0 says OK, and the echo stays"),
    "first_byte_lost": (0.3, "the first byte after 5 s of silence does not arrive"),
    "no_answer": (0.02, "a command is obeyed but not answered"),
    "late_answer": (0.02, "the answer comes 10 to 90 s later"),
    "shifted_answer": (0.02, "the answer comes when the next command does"),
    "garbage": (0.03, "bytes of noise before an answer"),
    "cut_line": (0.005, "a reset cuts the answer"),
    "reboot": (0.005, "it restarts in the middle of a command"),
    "urc_before_echo": (0.05, "a line of its own between command and echo"),
    "urc_in_answer": (0.05, "a line of its own between answer and OK"),
    "urc_before_prompt": (0.2, "a line of its own between command and prompt"),
    "urc_burst": (0.005, "more lines of its own than the host has room for"),
    "prompt_never": (0.05, "no prompt after a command that sends"),
    "prompt_after_error": (0.05, "ERROR in place of the prompt"),
    "send_fail": (0.1, "the family's words for a send that failed"),
    "data_lost": (0.05, "a send is confirmed, and nothing arrives from then on"),
    "tcp_reset": (0.05, "the connection is reset after a send"),
    "fin_with_unread": (0.05, "the other side closes with its last bytes unread"),
    "tiny_reads": (0.3, "a read gives one byte"),
    "short_read": (0.2, "a read gives fewer bytes than there are"),
    "socket_busy": (0.1, "the socket is said to be in use"),
    "dns_failure": (0.2, "a name is not found"),
    "dns_wrong": (0.1, "a name has the address of nobody"),
    "pdn_lost": (0.01, "the data connection breaks, and all sockets with it"),
    "pdn_half_open": (0.1, "active, but without an address"),
    "registration_lost": (0.01, "the cell is lost, then it stops searching"),
    "roaming_flaps": (0.01, "registered at home, abroad, at home"),
    "psm_refused": (0.3, "power saving is not granted"),
    "psm_other": (0.3, "other timers are granted than asked for"),
    "psm_dropped": (0.1, "power saving is gone after a change of cell"),
    "no_nitz": (0.3, "the network does not tell the time"),
    "clock_1980": (0.1, "the clock is back at its beginning"),
    "clock_jump": (0.1, "the clock is some hours or 1024 weeks behind"),
    "sim_busy": (0.3, "the card is busy for 8 s after the start"),
    "sim_lost": (0.003, "the card is lost until the next restart"),
    "csq_unknown": (0.5, "99,99 as the signal of a connected modem"),
    "ecl_change": (0.05, "from good coverage to the worst, for half an hour"),
    "rai_ignored": (0.3, "the base station does not let go early"),
    "puback_lost": (0.05, "what the other side answers is swallowed, once"),
    "broker_closes": (0.1, "the other side closes before anything is sent"),
    "connect_refused": (0.1, "nobody takes the connection"),
    "cme3": (0.003, "one command is not allowed until the power is cut"),
    "sleeps_midway": (0.005, "it sleeps in the middle of a command"),
    "baud_lost": (0.5, "the speed is the default again after a restart"),
    "voltage_lines": (0.02, "warnings of voltage"),
    "brown_out": (0.02, "the supply drops at a transmission: it restarts"),
    "cops_deaf": (0.003, "it scans and is deaf for minutes, then says ERROR"),
}  # fmt: skip
# Name: windows a day, hours of the shortest and the longest, what happens.
WINDOWS = {
    "denied": (0.4, 1, 4, "the network denies the registration"),
    "sim_absent": (0.3, 1, 3, "no card"),
    "sim_pin": (0.2, 1, 3, "the card asks for its PIN"),
    "no_modem": (0.3, 1, 4, "nothing comes out of the modem"),
    "pdp_refused": (0.4, 1, 3, "no data connection is given"),
}  # fmt: skip
FAULTS: dict[str, tuple[float, str]] = {
    **CHANCES,
    **{name: (one[0], one[3] + ", for hours") for name, one in WINDOWS.items()},
}
ALL = "all"


class Faults:
    """names: of FAULTS, or ("all",). until_us: when the last of them is over.

    Each has dice of its own: switching one on does not move another. A window of a fault that
    was asked for by name comes at least once. chances, windows: others than these, for tests.
    """

    def __init__(
        self,
        names: Sequence[str],
        seed: int,
        until_us: int,
        chances: dict[str, float] | None = None,
        windows: dict[str, list[tuple[int, int]]] | None = None,
    ):
        for name in names:
            if name not in FAULTS and name != ALL:
                raise ValueError(f"no fault is called {name!r}")
        self.names = tuple(FAULTS) if ALL in names else tuple(dict.fromkeys(names))
        self.until_us = until_us
        self._hits = dict.fromkeys(self.names, 0)
        self._chances = {name: one[0] for name, one in CHANCES.items()} | (chances or {})
        self._dice = {name: Random(f"{seed} {name}") for name in self.names}
        least = 0 if ALL in names else 1
        self._windows = {n: self._choose(n, least) for n in self.names if n in WINDOWS}
        self._windows.update(windows or {})

    def hit(self, name: str, now_us: int) -> bool:
        """Whether it happens at this opportunity."""
        if name not in self._dice or now_us >= self.until_us:
            return False
        happens = self._dice[name].random() < self._chances[name]
        self._hits[name] += happens
        return happens

    def holds(self, name: str, now_us: int) -> bool:
        """Whether a window of it is open."""
        return any(begin <= now_us < end for begin, end in self._windows.get(name, ()))

    def counts(self, now_us: int) -> dict[str, int]:
        """How often each has happened, or its window was opened, until now."""
        begun = {n: sum(w[0] < now_us for w in one) for n, one in self._windows.items()}
        return {name: count for name, count in (self._hits | begun).items() if count}

    def dice(self, name: str) -> Random:
        """Of a fault that is switched on."""
        return self._dice[name]

    def windows(self, name: str) -> list[tuple[int, int]]:
        """Begin and end of each, in microseconds."""
        return self._windows.get(name, [])

    def _choose(self, name: str, least: int) -> list[tuple[int, int]]:
        a_day, shortest_h, longest_h, _ = WINDOWS[name]
        dice = self._dice[name]
        expected = a_day * self.until_us / _DAY_US
        count = max(least, int(expected + dice.random()))
        windows = []
        for _ in range(count):
            length_us = int(dice.uniform(shortest_h, longest_h) * _HOUR_US)
            begin_us = int(dice.random() * max(1, self.until_us - length_us))
            windows.append((begin_us, min(begin_us + length_us, self.until_us)))
        return sorted(windows)
