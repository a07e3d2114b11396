"""Readings and events as SenML records (RFC 8428): docs/payload.md."""


def base_name(fields):
    """bn of all records of a message."""
    named = dict(fields)
    return "rill/%s/%s/" % (named["device"], named["stream"])


def of_message(fields):
    """Yields (name, unit, value, exponent) of what a message says beside its records."""
    named = dict(fields)
    if named["journal"]:
        yield "journal", None, named["journal"], 0
    if "oldest" in named:
        yield "oldest", None, named["oldest"], 0
    if "offset_ml" in named:
        yield "offset", "m3", named["offset_ml"], -6


def of_record(seq, found, dated, columns):
    """Yields the same of a record; the arguments are those of Batch.add().

    The first one begins it, and all have its time. value: a text has no exponent.
    """
    time_s, uncertainty_s, flags = dated
    is_event = hasattr(found, "code")
    if is_event:
        yield "code", None, found.code, 0
        yield "before", None, found.before, 0
        yield "after", None, found.after, 0
        yield "text", None, found.text, 0
    else:
        yield "volume", "m3", found.odometer_ml, -6
        yield "interval", "m3", found.interval_ml, -6
        yield "battery", "V", found.battery_mv, -3
    yield "flags", None, flags, 0
    yield "uncertainty", "s", uncertainty_s, 0
    if seq is not None:
        yield "seq", None, seq, 0
    if time_s is None:
        yield "boot", None, found.boot, 0
        yield "uptime", "s", found.time_s, 0
    if not columns:
        return
    from firmware.uplink.senml_kinds import KINDS  # of a meter that has probes

    for kind, flag, value, uncertainty, raw in columns:
        name, unit, exponent = KINDS[kind - 1]
        if value is not None:
            yield name, unit, value, exponent
        yield name + "/quality", None, "%d,%d,%d" % (flag, uncertainty, raw), 0
