"""Promise: a cell that a burst of the modem pulls down until the chip resets is not emptied by
resets. Each is known, the next report waits for longer, the meter counts and records meanwhile,
and reports as ever when the cell is warm again.
"""

import pytest

from attended import Bench
from rill.household import household
from rill.linked import configuration
from rill.settings import Settings
from rill.simulate import Run

_DAY_US = 86_400_000_000
_DAYS = 4
_COLD_US = (_DAY_US // 2, 3 * _DAY_US)
_FELL = 27


class _Cold(Run):
    """While it is cold, a burst resets the chip. keeps_memory: its retained memory survives that.

    again: so often the voltage, while it comes back, resets it once more, at that crossing of the
    border to the board. falls_us: when the chip was reset by a burst.
    """

    def __init__(self, keeps_memory: bool, again: int, crossing: int):
        super().__init__(Settings(trace=household(1, _DAYS), days=_DAYS, link="bc66", seed=3))
        self._keeps_memory = keeps_memory
        self._again, self._crossing = again, crossing
        self.falls_us: list[int] = []
        self._bursts = 0
        self._watchdog_bites = self._world.is_watchdog_due
        self._world.is_watchdog_due = self._is_reset

    def _is_reset(self) -> bool:
        before, self._bursts = self._bursts, self.modem.net.bursts
        is_cold = _COLD_US[0] <= self._world.now_us < _COLD_US[1]
        if is_cold and self._bursts > before:
            self.falls_us.append(self._world.now_us)
            return True
        return self._watchdog_bites()

    def _board(self, folder):
        board = super()._board(folder)
        plain = board.wake

        def wake(cause, *arguments, **more):
            if cause == "watchdog":  # it was none
                cause = "power_on"
                for fuse in [self._crossing] * self._again + [0]:
                    if not self._keeps_memory:
                        board.lose_power(len(self.falls_us))
                    ending = plain(cause, *arguments, **{**more, "fuse": fuse})
                return ending
            return plain(cause, *arguments, **more)

        board.wake = wake
        return board


@pytest.mark.prove
@pytest.mark.parametrize(
    ("keeps_memory", "again", "crossing"),
    [
        (True, 0, 0), (False, 0, 0), (True, 1, 150), (False, 1, 150), (False, 1, 200),
        (False, 1, 260), (True, 3, 40), (False, 3, 40),
    ],
)  # fmt: skip
def test_resets_under_the_modem_end_in_sleep_and_not_in_an_empty_cell(
    keeps_memory, again, crossing
):
    run = _Cold(keeps_memory, again, crossing)
    n = run.result()
    told = [(e["before"], e["after"]) for e in n["events"] if e["code"] == _FELL]
    pauses_s = [900, 3600, 14_400, 57_600, 86_400, 86_400]
    assert told == [(n, s) for n, s in enumerate(pauses_s[: len(run.falls_us)], 1)]
    # Two and a half days, each with four reports that would have had several tries.
    assert 4 <= len(run.falls_us) <= 6
    for before_us, after_us, pause_s in zip(
        run.falls_us, run.falls_us[1:], pauses_s, strict=False
    ):
        assert after_us - before_us >= 0.99e6 * pause_s
    assert n["records_unique"] == n["records_stored"] >= 24 * _DAYS
    # With its memory, each loss of power is one of a hundred pulses at the most.
    most_lost = 0 if keeps_memory else 100 * len(run.falls_us)
    assert 0 <= n["pulses_in"] - n["pulses_counted"] <= most_lost


def test_one_that_somebody_sees_at_the_prompt_is_told_and_the_next_report_waits(tmp_path):
    bench = Bench(tmp_path, configuration("bc66"))
    bench.first(
        "from firmware import surviving", "surviving.begin(meter._session.keeping.vault.nvs, None)"
    )
    bench.board.lose_power(1)
    bench.first("meter.status()")
    told = "\n".join(bench.events())
    assert f"{_FELL} the chip was reset under the modem, 1 times in a row:" in told
