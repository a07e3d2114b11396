"""Which readings leave a meter that is to tell little of its household: the first of each day."""

from micropython import const

from firmware.core import freeze, record

# The reading of midnight may be taken, or dated later, some seconds before.
_EARLY_S = const(300)


class Days:
    """day: days since 1970 of the last reading that was sent; of one without a time, since its
    power-on.
    """

    def __init__(self, day):
        self.day = day

    def begin(self):
        """Look at readings from another place on."""
        self.day = 0

    def chosen(self, found):
        """What Batch.add() takes, with the flag that says why others are missing; None: not it."""
        if not freeze.is_due(_day(found), self.day):
            return None
        seq, reading, (time_s, uncertainty_s, flags), columns = found
        return seq, reading, (time_s, uncertainty_s, flags | record.DAILY), columns

    def sent(self, found):
        self.day = _day(found)


def _day(found):
    time_s = found[2][0]
    return freeze.day_of((found[1].time_s if time_s is None else time_s) + _EARLY_S)
