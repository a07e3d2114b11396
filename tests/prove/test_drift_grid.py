"""Promise at full numbers: a year on each clock of the grid, and ten days without a sync."""

import subprocess

import pytest

from rill.image import ROOT, build
from rill.interpreter import micropython

pytestmark = pytest.mark.prove
_SCRIPT = """
import sys
sys.path[:] = [{support!r}, {image!r}, ".frozen"]
import drift_checks
for name, meter in drift_checks.cases(({seed},)):
    drift_checks.{check}(name, meter, {days})
print("kept")
"""


def _run(tmp_path, seed: int, check: str, days: int) -> str:
    support = str(ROOT / "tests" / "unit" / "support")
    script = tmp_path / "script.py"
    script.write_text(
        _SCRIPT.format(support=support, image=str(build()), seed=seed, check=check, days=days)
    )
    done = subprocess.run([*micropython(), str(script)], capture_output=True, text=True)
    return (done.stdout + done.stderr).strip()


@pytest.mark.parametrize("seed", range(10, 22))
def test_a_year_of_daily_syncs(tmp_path, seed):
    """Slots within 5 s and readings within 2 s, none swapped, repeated or left out."""
    assert _run(tmp_path, seed, "check_daily_syncs", 365) == "kept"


@pytest.mark.parametrize("seed", range(30, 60))
def test_ten_days_without_a_sync(tmp_path, seed):
    """The stated uncertainty covers the true error at each of the wakes."""
    assert _run(tmp_path, seed, "check_no_syncs", 10) == "kept"
