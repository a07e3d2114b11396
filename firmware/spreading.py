"""When a meter with a modem reports: at a place of its own, so that a fleet never comes at once.

In memory only while a report is planned. The arithmetic is in core/backoff.py.
"""

from firmware.core import backoff, schedule


def window_s(config):
    """The seconds behind a report slot over which the fleet is spread."""
    return min(config.report_window_s, config.report_s)


def report_slot_s(config, power, now_s):
    """The next time that is this meter's: as the head end has said, or by the meter's identity."""
    behind_s = config.report_offset_s % config.report_s
    if config.report_offset_s < 0:
        behind_s = backoff.spread_s(config.device or power.unique_id(), window_s(config))
    return schedule.next_slot_s(now_s - behind_s, config.report_s) + behind_s


def retry_s(config, power, now_s, failures, is_urgent, random):
    """When to try again after so many failures in a row, where nobody has refused the meter.

    random: two bytes.
    """
    slot_s, random = report_slot_s(config, power, now_s), int.from_bytes(random, "little")
    return backoff.retry_s(now_s, slot_s, window_s(config), failures, is_urgent, random)
