"""Simulated days of a household, and the numbers of a run that must be sound."""

from rill.household import household
from rill.simulate import Run, Settings
from rill.verdict import is_sound


def settings(days=1, seed=1, **more) -> Settings:
    return Settings(trace=household(seed, days), days=days, seed=seed, **more)


def result(run: Run | Settings) -> dict:
    """The numbers of a run; every one of ours must be sound."""
    run = Run(run) if isinstance(run, Settings) else run
    numbers = run.result()
    assert is_sound(numbers, run.settings.pulse_ml), numbers
    return numbers
