"""The tables of a head end: docs/collector.md."""

from rill.collect.database import BYTES, LARGE, SMALL, TEXT, StoreError, Table

_RECORD = (("device", TEXT), ("journal", TEXT), ("seq", LARGE))
_DATING = (
    ("flags", SMALL), ("uncertainty_s", SMALL), ("boot", SMALL), ("uptime_s", LARGE),
    ("received_s", LARGE),
)  # fmt: skip
_VOLUMES = (("odometer_ml", LARGE), ("interval_ml", LARGE), ("battery_mv", SMALL))

READINGS = Table("readings", _RECORD, (("time_s", LARGE), *_VOLUMES, *_DATING))
EVENTS = Table(
    "events",
    _RECORD,
    (
        ("time_s", LARGE), ("code", SMALL), ("before", LARGE), ("after", LARGE), ("text", TEXT),
        *_DATING,
    ),
)  # fmt: skip
QUALITY = Table(
    "quality",
    (*_RECORD, ("kind", SMALL)),
    (("flag", SMALL), ("value", LARGE), ("uncertainty", LARGE), ("raw_uv", LARGE)),
)
# The newest reading of each meter that can't store any.
LIVE = Table("live", (("device", TEXT),), (("time_s", LARGE), *_VOLUMES, *_DATING))
# What the meter body shows more than the odometer, as it came with the reading `seq`.
OFFSETS = Table(
    "offsets",
    (("device", TEXT), ("journal", TEXT)),
    (("seq", LARGE), ("offset_ml", LARGE), ("received_s", LARGE)),
)
# digest: of what came, so that what comes again is one row.
STATUS = Table("status", (("device", TEXT), ("digest", TEXT)),
               (("text", TEXT), ("received_s", LARGE)))  # fmt: skip
ANSWERS = Table(
    "answers",
    (("device", TEXT), ("digest", TEXT)),
    (
        ("counter", LARGE), ("command", TEXT), ("outcome", TEXT), ("text", TEXT),
        ("received_s", LARGE),
    ),
)  # fmt: skip
RAW = Table(
    "raw",
    (("digest", TEXT),),
    (("topic", TEXT), ("payload", BYTES), ("reason", TEXT), ("received_s", LARGE)),
)
# How far each stream is complete: gaps.py. told_s: when the meter last said what its oldest is.
STREAMS = Table(
    "streams",
    (("device", TEXT), ("stream", TEXT), ("journal", TEXT)),
    (
        ("oldest_seq", LARGE), ("highest_seq", LARGE), ("complete_seq", LARGE),
        ("told_s", LARGE), ("seen_s", LARGE),
    ),
)  # fmt: skip
COUNTERS = Table("counters", (("device", TEXT),), (("last", LARGE),))
COMMANDS = Table(
    "commands",
    (("device", TEXT), ("counter", LARGE)),
    (
        ("name", TEXT), ("arguments", TEXT), ("line", TEXT), ("made_s", LARGE),
        ("expires_s", LARGE), ("is_sent", SMALL),
    ),
)  # fmt: skip
TABLES = (
    READINGS, EVENTS, QUALITY, LIVE, OFFSETS, STATUS, ANSWERS, RAW, STREAMS, COUNTERS, COMMANDS,
)  # fmt: skip
# Counter troubles, flags and limits of quality, filter and membrane: docs/events.md.
_ALARM_CODES = (10, 14, 15, 18, 19)


def prepare(database):
    """Make what is not there yet; StoreError when another table has such a name."""
    for table in TABLES:
        found = database.columns(table.name)
        if not found:
            database.create(table)
            found = database.columns(table.name)
        if found != table.names:
            raise StoreError(
                f"the readings cannot be kept in {database.name}: "
                f"its table '{table.name}' has other columns"
            )
    if not database.columns("alarms"):
        codes = ", ".join(map(str, _ALARM_CODES))
        database.create_view("alarms", f"SELECT * FROM events WHERE code IN ({codes})")
