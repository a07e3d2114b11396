"""Asks meters again for the readings that are missing."""

import time

from rill.collect.outbox import Command, Outbox
from rill.collect.streams import Gap, Streams

_LOOK_S = 60
_GRACE_S = 600  # another collector may have what is missing, and store it in a moment
_MOST_PENDING = 4  # of a meter: each costs it energy
_NAME = "again"


class Asking:
    """Looks for gaps once a minute. keys: of the meters that may be asked.

    A gap is asked for when it is 10 minutes old, by one command, and again only when that has
    expired. `gaps` is how many there were at the last look, of streams heard of lately, and
    `asked` how many commands were made. Events can't be asked for; their gaps count, too.
    """

    def __init__(self, database, keys, *, look_s=_LOOK_S, grace_s=_GRACE_S, clock=time.time):
        self.gaps = self.asked = 0
        self._database = database
        self._streams, self._outbox = Streams(database), Outbox(database, keys)
        self._look_s, self._grace_s, self._clock = look_s, grace_s, clock
        self._next_s = self._seen_since_s = 0

    def due(self) -> list[Command]:
        """Commands to be sent now; call sent() when the broker has one."""
        now_s = int(self._clock())
        if now_s < self._next_s:
            return []
        self._next_s = now_s + self._look_s
        gaps = self._streams.gaps(self._seen_since_s)
        # Until its gaps are old enough, a stream is looked at each time.
        self._seen_since_s = now_s - self._grace_s - 2 * self._look_s
        self.gaps = len(gaps)
        unsent = self._outbox.unsent(now_s - self._grace_s, now_s)
        made = [command for gap in gaps if (command := self._ask(gap, now_s))]
        self.asked += len(made)
        return unsent + made

    def sent(self, command: Command) -> None:
        self._outbox.sent(command)

    def _ask(self, gap: Gap, now_s: int) -> Command | None:
        is_old = now_s - gap.since_s >= self._grace_s
        is_of_use = gap.stream == "readings" and gap.is_held and self._outbox.has_key(gap.device)
        if not (is_old and is_of_use):
            return None
        with self._database.transaction():
            self._outbox.lock(gap.device)
            pending = self._outbox.pending(gap.device, _NAME, now_s)
            if len(pending) >= _MOST_PENDING or any(_covers(one, gap) for one in pending):
                return None
            return self._outbox.sign(gap.device, _NAME, gap.first, gap.last, now_s=now_s)


def _covers(command: Command, gap: Gap) -> bool:
    """Whether some of the gap is asked for already."""
    first, last = map(int, command.arguments.split()[:2])
    return first <= gap.last and gap.first <= last
