"""Runs that are unkind to a meter, for tests."""

from rill.simulate import Run

FOREVER = 10**9  # as seconds, or as a crossing that comes after the last


class ResetAt(Run):
    """Resets one wake at one crossing of the border."""

    def __init__(self, settings, wake, crossing):
        super().__init__(settings)
        self.wake_and_crossing = wake, crossing

    def fuse(self, wake):
        return self.wake_and_crossing[1] if wake == self.wake_and_crossing[0] else 0
