"""Asks meters again for the records that are missing."""

import re
import time
from itertools import groupby

from rill.collect.outbox import Command, Outbox
from rill.collect.streams import Gap, Streams

_LOOK_S = 60
_GRACE_S = 600  # another collector may have what is missing, and store it in a moment
_SPAN = 200  # records: gaps so near are asked for together, with what is between them
_TRIES = 3  # then it isn't there
_NAMES = {"readings": "again", "events": "again_events"}  # the command for each stream
_RANGE = re.compile(r"(\d{1,10}) (\d{1,10})")


class Asking:
    """Looks for gaps once a minute. keys: of the meters that may be asked.

    A gap is asked for when it is 10 minutes old, by one command, and again only when that has
    expired, three times in all. A meter is asked for one thing at a time, of both streams: it
    keeps one range, and a second one that came before that has gone out would be refused. So
    each gap has its first turn before any has its second: one that can't be filled holds up no
    other for longer than a command lives. Events come first, because they may tell why readings
    are missing.
    `gaps` is how many there were at the last look, of streams heard of lately, and `asked` how
    many commands were made.
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
        made = []
        for device, found in groupby(gaps, lambda gap: gap.device):
            wanted = [gap for gap in found if self._is_wanted(gap, now_s)]
            made += self._ask(device, wanted, now_s) if wanted else []
        self.asked += len(made)
        return unsent + made

    def sent(self, command: Command) -> None:
        self._outbox.sent(command)

    def _is_wanted(self, gap: Gap, now_s: int) -> bool:
        """Whether it is old enough, and the meter has it and would believe us."""
        is_old = now_s - gap.since_s >= self._grace_s
        return is_old and gap.is_held and self._outbox.has_key(gap.device)

    def _ask(self, device: str, gaps: list[Gap], now_s: int) -> list[Command]:
        with self._database.transaction():
            self._outbox.lock(device)
            made = [one for name in _NAMES.values() for one in self._outbox.made(device, name)]
            tries = {gap: [one for one in made if _covers(one, gap)] for gap in gaps}
            if any(one.expires_s > now_s for gap in gaps for one in tries[gap]):
                return []
            left = [gap for gap in gaps if len(tries[gap]) < _TRIES]
            if not left:
                return []
            gap = min(left, key=lambda gap: len(tries[gap]))  # of several the first
            span = range(gap.first, gap.first + _SPAN)
            near = [
                other.last
                for other in left
                if other.stream == gap.stream and other.first in span and other.last in span
            ]
            last = max(near, default=gap.last)
            name = _NAMES[gap.stream]
            return [self._outbox.sign(device, name, gap.first, last, now_s=now_s)]


def _covers(command: Command, gap: Gap) -> bool:
    """Whether the command asks for some of the gap; a person's may be of any form.

    One that was made before there was the gap was for another journal.
    """
    found = _RANGE.fullmatch(command.arguments)
    return (
        bool(found)
        and command.name == _NAMES[gap.stream]
        and command.made_s >= gap.since_s
        and int(found[1]) <= gap.last
        and gap.first <= int(found[2])
    )
