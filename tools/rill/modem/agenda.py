"""What is going to happen in a modem: actions with their times, in microseconds."""

import heapq
from collections.abc import Callable


class Agenda:
    """Each action belongs to a scope; forget() drops all of one, as a reset does."""

    def __init__(self) -> None:
        self.now_us = 0
        self._heap: list[tuple[int, int, str, int, Callable[[], None]]] = []
        self._made = 0
        self._epochs: dict[str, int] = {}

    def after(self, seconds: float, action: Callable[[], None], scope: str = "run") -> None:
        self._made += 1
        when_us = self.now_us + max(0, int(seconds * 1e6))
        epoch = self._epochs.get(scope, 0)
        heapq.heappush(self._heap, (when_us, self._made, scope, epoch, action))

    def forget(self, *scopes: str) -> None:
        for scope in scopes:
            self._epochs[scope] = self._epochs.get(scope, 0) + 1

    def run_until(self, now_us: int) -> None:
        """Do what is due, each at its time."""
        while self._heap and self._heap[0][0] <= now_us:
            when_us, _, scope, epoch, action = heapq.heappop(self._heap)
            if epoch == self._epochs.get(scope, 0):
                self.now_us = max(self.now_us, when_us)
                action()
        self.now_us = max(self.now_us, now_us)
