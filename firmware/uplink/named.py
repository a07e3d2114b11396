"""A record as names and values, for platforms that keep each by its name: docs/platforms.md."""


def values_of(seq, found, dated, columns=()):
    """A dictionary; the arguments are those of Batch.add().

    The names of an event begin with event_.
    """
    time_s, uncertainty_s, flags = dated
    values = {"uncertainty_s": uncertainty_s, "flags": flags}
    if seq is not None:
        values["seq"] = seq
    if time_s is None:
        values["boot"], values["uptime_s"] = found.boot, found.time_s
    if hasattr(found, "code"):
        values.update(code=found.code, before=found.before, after=found.after, text=found.text)
        return {"event_" + name: value for name, value in values.items()}
    values["odometer_ml"] = found.odometer_ml
    values["interval_ml"] = found.interval_ml
    values["battery_mv"] = found.battery_mv
    if columns:
        from firmware.uplink.named_kinds import KINDS  # of a meter that has probes

        for kind, _, value, _, _ in columns:
            if value is not None:
                values[KINDS[kind - 1]] = value
        values["quality"] = ",".join(["%d:%d:%d:%d" % (c[0], c[1], c[3], c[4]) for c in columns])
    return values
