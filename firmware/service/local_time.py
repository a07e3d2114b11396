"""A time as a person at the meter has it on the wall."""

from firmware.core.calendar import utc


def local(time_s, timezone_min):
    """Unix seconds as "2026-11-29 10:58", timezone_min ahead of UTC."""
    return "%04d-%02d-%02d %02d:%02d" % utc(time_s + 60 * timezone_min)[:5]
