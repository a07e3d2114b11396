"""How long and how much energy a report may take, and what it has taken until now.

Energy is estimated from seconds in each phase, and from what was sent: at the edge of coverage
each burst is repeated for seconds. The powers are 3.6 V times the currents of data sheets of
NB-IoT modems (46 to 60 mA receiving, 220 mA sending): 30 % may be wrong with them, a factor of
two is not.
"""

from micropython import const

SEARCH, CONNECTED = 0, 1
_SEARCH_MW = const(190)
# By coverage level; repetitions grow from 1 over 8 to 32.
_CONNECTED_MW = (215, 250, 320)
_BURST_MJ = (70, 400, 2000)
JOINING = const(5)  # bursts that joining the network takes, with the waiting in between
_REPORT_MJ = (1500, 4000, 16_000)  # one that has joined already
_JOIN_MJ = (4000, 6000, 16_000)
_LIMIT_MS = (145_000, 145_000, 295_000)  # five seconds are for what else a wake does
_ENDING_MS = const(15_000)  # of the limit, for ending what was begun
# A network that was there before is found within some seconds. Where the last search of the day
# was in vain, an alarm takes so long for another one: a full one takes more than half of a day.
_AGAIN_MS = (20_000, 30_000, 100_000)
# What a Budget counts, in the order of service/acts.py from its search_ms on.
_SEARCH_MS = const(0)
_CONNECTED_MS = const(1)
_BURSTS = const(4)
_UP = const(7)
_DOWN = const(10)
_COUNTS = const(13)
DAY_MJ = const(40_000)
# Of alarms, at level 2 the three messages of a burst; and behind a day of more than MUCH_MJ, so
# that alarms that come and go each day don't empty the cell.
ALARM_MJ = const(120_000)
NEXT_ALARM_MJ = const(40_000)
MUCH_MJ = const(60_000)


class Budget:
    """clock: port. left_mj: of the day. ecl: coverage level 0 ... 2 as known now.

    counts: milliseconds of search; of connection, bursts, bytes up, bytes down at each level.
    """

    def __init__(self, clock, left_mj, ecl):
        self._clock = clock
        self._left_mj = left_mj
        self._began_ms = self._since_ms = clock.ticks_ms()
        self._phase = SEARCH
        self._spent_mj = 0
        self._is_ending = self._is_again = False
        self._searched_ms = None  # since when, once the modem has started
        self.ecl = ecl
        self.counts = [0] * _COUNTS

    def allow(self, left_mj, ecl, is_again):
        """is_again: to search for a network that was not there, for a short while."""
        self._left_mj = left_mj
        self.ecl = ecl
        self._is_again = is_again

    def enter(self, phase):
        """From now on power is that of SEARCH or CONNECTED."""
        n = _CONNECTED_MS + self.ecl if self._phase == CONNECTED else _SEARCH_MS
        self.counts[n] += self._clock.elapsed_ms(self._since_ms)
        self._spent_mj, self._since_ms = self.spent_mj(), self._clock.ticks_ms()
        self._phase = phase
        if phase == SEARCH:
            self._searched_ms = self._since_ms

    def sends(self, bursts=1, size=0):
        """So many bursts, so many bytes of ours, went on the air, at the coverage level as known
        now.
        """
        self._spent_mj += bursts * _BURST_MJ[self.ecl]
        self.counts[_BURSTS + self.ecl] += bursts
        self.counts[_UP + self.ecl] += size

    def hears(self, size):
        """So many bytes for us have come."""
        self.counts[_DOWN + self.ecl] += size

    def is_enough(self, must_join):
        """False: it would end in the middle of the report, and all that it took be lost."""
        least_mj = _REPORT_MJ[self.ecl] + must_join * _JOIN_MJ[self.ecl]
        return self._left_mj >= least_mj

    def end(self):
        """What is left now is for ending; nothing new is begun. What is on the air goes on for a
        while, or leaving the network takes a burst.
        """
        if self._phase == CONNECTED and not self._is_ending:
            self.sends()
        self._is_ending = True

    def spent_mj(self):
        passed_ms = self._clock.elapsed_ms(self._since_ms)
        return self._spent_mj + passed_ms * self._mw() // 1000

    def taken_ms(self):
        return self._clock.elapsed_ms(self._began_ms)

    def left_ms(self):
        """Milliseconds until the limit of time or of energy, 0 or less: it is reached."""
        left_ms = _LIMIT_MS[self.ecl] - self.taken_ms()
        if self._is_ending:
            return left_ms
        left_ms -= _ENDING_MS
        if self._is_again and self._phase == SEARCH and self._searched_ms is not None:
            passed_ms = self._clock.elapsed_ms(self._searched_ms)
            left_ms = min(left_ms, _AGAIN_MS[self.ecl] - passed_ms)
        left_mj = self._left_mj - self.spent_mj()
        return min(left_ms, left_mj * 1000 // self._mw())

    def _mw(self):
        return _CONNECTED_MW[self.ecl] if self._phase == CONNECTED else _SEARCH_MW
