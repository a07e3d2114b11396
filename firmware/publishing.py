"""What a meter has to tell goes out, message by message. In memory only meanwhile."""

import gc

from micropython import const

from firmware.sending import Stream

# A modem takes 512 bytes a command: what is around a message and its topic, and the next one.
_MESSAGE_BYTES = const(480)
_PUBLISH_BYTES = const(503)


def publish_pending(
    session, power, profile, device, store, state, config, keeping, commit, is_short
):
    """What Profile.closing() is told of. The arguments are those of report(), profile and session
    what it has made of them.
    """
    head = (("device", device), ("journal", store.id_text))
    readings = head + (("offset_ml", state.offset_ml),)
    size = message_bytes(session, config, profile.topic("readings"))
    batch = profile.batch
    days = days_of(config, state.coarse_day)
    stream = Stream("readings", store.readings, state, batch, readings, size, commit, days)
    publish(session, power, profile, "readings", stream.messages(keeping.note), is_short)
    newest, measured = stream.newest, stream.measured
    del stream  # and its buffer, before there is another one
    gc.collect()  # what it has left lies in pieces
    stream = Stream("events", store.events, state, batch, head, size, commit)
    publish(session, power, profile, "events", stream.messages(keeping.note), is_short)
    del stream
    if (
        state.again_seq < state.again_end and not is_short
    ):  # behind all that the head end has never had
        from firmware.repeating import Again

        if state.again_stream:
            stream = Again("events", store.events, state, batch, head, size, commit)
        else:
            stream = Again("readings", store.readings, state, batch, readings, size, commit, days)
        publish(session, power, profile, stream.name, stream.again(), is_short)
        del stream
    return newest, measured


def message_bytes(session, config, topic):
    """The most of one message: over NB-IoT it goes, with its head, into one command."""
    if config.link != "nbiot":
        return session.message_bytes
    return min(session.message_bytes, _MESSAGE_BYTES, _PUBLISH_BYTES - len(topic))


def days_of(config, day):
    """Which readings may leave a meter that tells little of its household; None: all."""
    if not config.coarse:
        return None
    from firmware.coarse import Days

    return Days(day)


def publish_all(session, power, messages):
    for topic, payload, is_retained in messages:
        session.publish(topic, payload, is_retained)
        power.feed()


def publish(session, power, profile, name, messages, is_short):
    """is_short: the first one alone; that the next one is asked for moves the cursor behind it."""
    for n, payload in enumerate(messages):
        if n and is_short:
            break
        session.publish(profile.topic(name), payload)
        power.feed()
