"""A simulated purifier and what of its report has to match what went in."""

from rill.message import QUALITY_KINDS
from rill.purifier import PULSE_ML, PULSES, Purifier
from rill.simulate import Run, Settings
from rill.verdict import is_sound

_HOUR_S = 3600


class ShortRun(Run):
    """Of some hours instead of days."""

    def __init__(self, settings: Settings, hours: int):
        super().__init__(settings)
        self._end_us = hours * _HOUR_S * 1_000_000


def purified(purifier: Purifier, hours: int, **config) -> dict:
    """The numbers of a run, which has to be sound and to match."""
    settings = Settings(
        trace=purifier.trace(),
        days=-(-hours // 24),
        sensor="hall",
        pulse_ml=PULSE_ML,
        pulses=PULSES,
        board="purifier",
        purifier=purifier,
        config=config,
    )
    n = ShortRun(settings, hours).result()
    assert is_sound(n, settings.most_unreported_ml), n
    went_in, said = n["purifier_in"], n["purifier_reported"]
    assert said["filter_ml"] == went_in["filter_ml"] == n["ml_in"]
    assert said["flushes"] == went_in["flushes"]
    # A look each second: each draw and each flush is known to two of them.
    assert abs(said["produced_s"] - went_in["produced_s"]) <= 2 * len(purifier.draws)
    assert abs(said["flushed_s"] - went_in["flushed_s"]) <= 2 * len(purifier.flushes)
    all_s = said["produced_s"] + said["standby_s"] + said["flushed_s"]
    assert abs(all_s - hours * _HOUR_S) < 120
    last = values(n, "rejection_permille")[-1]
    assert abs(last["value"] - went_in["rejection_permille"]) <= last["uncertainty"]
    return n


def values(n: dict, kind: str) -> list[dict]:
    """Of one kind of quality value, in their order."""
    return [one for one in n["quality"] if QUALITY_KINDS[one["kind"]] == kind]
