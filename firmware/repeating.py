"""Readings or events that a head end asks for once more. Imported only then."""

from firmware.core import record
from firmware.sending import Stream
from firmware.storage.reader import Reader


class Again(Stream):
    def again(self):
        """As messages(); the cursor stays where it is."""
        state = self._state
        days = self._days
        first = state.again_seq
        # The one before tells whether the first one is the first of its day.
        reader = Reader(self._journal, max(1, first - 1) if days else first)
        if days:
            days.begin()
        for found in self._readable(reader):
            if reader.seq >= state.again_end:
                break
            if days:
                is_wanted, found = reader.seq >= first, days.chosen(found) or found
                days.sent(found)
                if not is_wanted or not found[2][2] & record.DAILY:
                    continue
            if not self._batch.add(*found):
                yield self._batch.payload()
                self._batch.clear()
                state.again_seq = reader.seq
                self._commit()
                self._batch.add(*found)
        if self._batch.count:
            yield self._batch.payload()
        state.again_seq = state.again_end = 0
        self._commit()
