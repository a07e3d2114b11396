"""Promise P1 at full numbers: the CPU acts at every instruction boundary of a pulse.

tests/host/test_ulp_handover.py has the sample, and how it is done.
"""

from functools import cache
from itertools import combinations_with_replacement

import pytest

import handover
from ulp_meter import Programs  # noqa: F401 - loaded once for all

pytestmark = pytest.mark.prove
_PARTS = 6


@cache
def _moments():
    return handover.all_moments()


@pytest.mark.parametrize("config", [b"{}", handover.OTHER], ids=["reset", "reload"])
@pytest.mark.parametrize("pace", [0, 1, 7])
@pytest.mark.parametrize("part", range(_PARTS))
def test_a_start_at_every_boundary(tmp_path, part, pace, config):
    moments = _moments()
    assert len(moments) > 1000
    handover.check_starts(tmp_path, moments[part::_PARTS], pace, config)


@pytest.mark.parametrize("lower_first", [True, False])
@pytest.mark.parametrize("count", [0xFFFF, 0xFFFFFFFF, 41])
@pytest.mark.parametrize("part", range(_PARTS))
def test_a_read_between_every_two_boundaries(tmp_path, part, count, lower_first):
    def pairs(length):
        assert length > 100
        return list(combinations_with_replacement(range(length), 2))[part::_PARTS]

    said, torn = handover.reads(tmp_path, count, pairs, lower_first)
    assert set(said) <= {count, (count + 1) & 0xFFFFFFFF}
    assert torn > 0  # or nothing has been shown
