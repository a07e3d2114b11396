"""A meter's time on a clock whose counts are microseconds, so that every number is round."""

from firmware.core.timekeeping import Timekeeping

MICROSECOND = 1 << 19
BEGAN_S = 1_780_000_000


class Exact:
    def __init__(self):
        self.us = 0
        self.time = Timekeeping()
        self.after(0)

    def after(self, seconds):
        """So much later."""
        self.us += round(seconds * 1_000_000)
        self.time.look(self.us, MICROSECOND)
        return self.time

    def sync(self, ahead_s=0, floor_s=0):
        """The network is ahead of BEGAN_S at power-on by so much; the outcome."""
        return self.time.sync(BEGAN_S + self.us // 1_000_000 + ahead_s, floor_s)

    def error_s(self):
        """By how much the meter's time is ahead of the truth."""
        return self.time.now_s() - BEGAN_S - self.us / 1_000_000
