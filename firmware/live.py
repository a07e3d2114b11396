"""What a meter publishes that can't store it. Imported only then."""

from firmware.core import record
from firmware.publishing import message_bytes
from firmware.timing import dated, when


def tell_live(session, profile, device, state, config):
    """What may be told without a journal."""
    if config.coarse:
        print("no journal: what was counted since the last day is not told")
    elif state.is_blank:
        print("nothing is known of what was counted before: no odometer is published")
    else:
        publish_live(session, profile, device, state, config)


def publish_live(session, profile, device, state, config):
    """The odometer of now from a meter that can't store it."""
    head = (("device", device), ("journal", None), ("stream", "live"))
    batch = profile.batch(head, message_bytes(session, config, profile.topic("live")))
    now = when(state.time)
    flags = state.flags | now.flags
    live = record.Reading(
        now.time_s, state.boot, flags, state.odometer_ml, 0, 0, state.pulses, state.count,
        state.rest, now.uncertainty_s, now.era,
    )  # fmt: skip
    batch.add(None, live, dated(state, live))
    session.publish(profile.topic("live"), batch.payload())
