"""Runs that are unkind to a meter, for tests."""

from rill.simulate import Run

FOREVER = 10**9  # as seconds, or as a crossing that comes after the last


class ResetAt(Run):
    """Resets one wake at one crossing of the border."""

    def __init__(self, settings, wake, crossing, hours=24):
        super().__init__(settings)
        self.wake_and_crossing = wake, crossing
        self._end_us = hours * 3_600_000_000  # what there is to be seen is seen soon

    def fuse(self, wake):
        return self.wake_and_crossing[1] if wake == self.wake_and_crossing[0] else 0
