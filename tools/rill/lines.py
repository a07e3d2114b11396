"""The output pins of the board, and which of them a deep sleep leaves as they are."""

from collections.abc import Callable

from rill import operations as op


class Lines:
    """changed(pin, level): called at each change, and for what falls when the chip sleeps."""

    def __init__(self, changed: Callable[[int, int], None]):
        self._changed = changed
        self._known: set[int] = set()
        self._held: set[int] = set()

    def answers(self) -> dict[int, Callable[[int, bytes], int]]:
        """Of the operations that are theirs."""
        return {op.LINE_SET: self._set, op.LINE_HOLD: self._hold}

    def copied(self, changed: Callable[[int, int], None]) -> "Lines":
        twin = Lines(changed)
        twin._known, twin._held = set(self._known), set(self._held)
        return twin

    def sleep(self) -> None:
        """The chip sleeps: all but the held ones fall."""
        for pin in self._known - self._held:
            self._changed(pin, 0)

    def lose_power(self) -> None:
        self._known.clear()
        self._held.clear()

    def _set(self, value: int, data: bytes) -> int:
        self._known.add(value >> 1)
        self._changed(value >> 1, value & 1)
        return 0

    def _hold(self, value: int, data: bytes) -> int:
        if value & 1:
            self._held.add(value >> 1)
        else:
            self._held.discard(value >> 1)
        return 0
