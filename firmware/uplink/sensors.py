"""What Home Assistant is told of a reading: docs/platforms.md. In memory only meanwhile."""

from firmware.core.calendar import utc
from firmware.uplink.measured import MEASURED


def state(newest, offset_ml):
    """The JSON of the newest total, None: there is none to tell."""
    _, reading, dated, _ = newest
    total_ml = reading.odometer_ml + offset_ml
    # A total that falls to 0 is a new meter to it: 0 tells nothing, and is not told.
    if total_ml <= 0:
        return None
    total, battery = _decimal(total_ml, -3), _decimal(reading.battery_mv, -3)
    return '{"total_l":%s,"battery_v":%s,"time":%s}' % (total, battery, _iso(dated[0]))


def water(measured):
    """The JSON of the quality values, None: it knows none of them."""
    parts = []
    for kind, _, value, _, _ in measured[3]:
        if kind in MEASURED:
            shown = "null" if value is None else _decimal(value, MEASURED[kind][4])
            parts.append('"%s":%s' % (MEASURED[kind][0], shown))
    return "{%s}" % ",".join(parts) if parts else None


def _decimal(value, exponent):
    """The digits of value times ten to the exponent; the interpreter's floats have 24 bits."""
    digits = str(abs(value))
    digits = "0" * (1 - exponent - len(digits)) + digits
    return "%s%s.%s" % ("-" if value < 0 else "", digits[:exponent], digits[exponent:])


def _iso(time_s):
    return "null" if time_s is None else '"%04d-%02d-%02dT%02d:%02d:%02d+00:00"' % utc(time_s)
