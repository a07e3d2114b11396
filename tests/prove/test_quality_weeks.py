"""Promise: quality never costs volume: weeks with faults, resets and outages, and a reset anywhere
in a wake that reads the probes.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from rill.household import household
from rill.probes import FAULTS
from rill.simulate import Run, Settings
from rill.trace import Trace
from rill.verdict import is_sound
from unkind import ResetAt

pytestmark = pytest.mark.prove

_STEADY = Trace([(100 * n, 700) for n in range(1, 60)], 1)
_QUALITY_FLAG = 14
_DAY_S = 86_400
_HOURS = 2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_week_of_faults_outages_and_resets_loses_neither_water_nor_a_quality_value(seed):
    faults = [(name, _DAY_S + n * 30_000, 25_000) for n, name in enumerate(FAULTS)]
    settings = Settings(
        trace=household(seed, 7),
        days=7,
        seed=seed,
        outages_s=((90_000, 200_000),),
        reset_every=2 + seed,
        hal=("ports", "chip")[seed == 2],
        has_quality=True,
        instrument="sen0710",
        probe_faults=tuple(faults),
    )
    n = Run(settings).result()
    assert is_sound(n, 1000), n
    assert n["records_unique"] == n["records_stored"] >= 169
    assert n["quality_received"] > 3 * 28
    told = {(e["text"], e["after"]) for e in n["events"] if e["code"] == _QUALITY_FLAG}
    # Dry or open, a short; open, a short; missing, not converted.
    wanted = {"solids_ppb": {3, 5}, "turbidity_mntu": {4, 5}, "water_centi_c": {10, 11}}
    for kind, flags in wanted.items():
        assert flags <= {after for text, after in told if text == kind}, (kind, told)


def test_a_reset_anywhere_in_a_wake_that_reads_the_probes():
    settings = Settings(trace=_STEADY, days=1, has_quality=True, instrument="ectds10")
    run = ResetAt(settings, 0, 0, hours=_HOURS)
    run.result()
    crossings = max(ending.crossings for ending in run.endings)
    wake = next(n for n, e in enumerate(run.endings, 1) if e.crossings == crossings)
    assert crossings > 400  # 150 samples: no other wake crosses the border so often

    def is_survived(crossing):
        n = ResetAt(settings, wake, crossing, hours=_HOURS).result()
        assert is_sound(n, 1000) and n["resets"] == 1, (crossing, n)
        # Power-on and each hour; what a look adds, a reset may merge with the one before.
        assert _HOURS + 1 <= n["records_stored"] <= _HOURS + 3, (crossing, n)
        assert n["quality_received"] >= 3, (crossing, n)  # what the cut look said comes, too

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(is_survived, range(1, crossings + 1, 5)))
