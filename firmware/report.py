"""A report: link up, clock set, everything pending published, the cursor moved by each PUBACK.

Imported only in a wake that reports.
"""

from micropython import const

from firmware.core.errors import UplinkError
from firmware.passing import in_passing
from firmware.sending import Stream
from firmware.uplink.session import Session

_LINK_UP_MS = const(15_000)
# A modem takes 512 bytes a command: what is around a message and its topic, and the next one.
_MESSAGE_BYTES, _PUBLISH_BYTES = const(480), const(503)
_UNSENT = "unsent.id"  # of storage/salvage.py


def report(
    *, link, clock, power, config, device, store, state, keeping, commit, system, retained, obey
):
    """Publish what is pending. UplinkError leaves the rest for the next report.

    obey(line) does what a line commands, and returns what became of it, as Profile.answer() takes
    it.

    store: None when it can't be opened; then the odometer is published without a number.
    system: the image's files, where the records of a journal that was lost may be. retained: what
    the meter knows of its modem.
    commit() makes the state survive a reset; it is called after each PUBACK. StorageFault
    when the journal can't be read.
    """
    try:
        _up(link)
        power.feed()
        in_passing(lambda: _set_clock(link, clock, store, state, keeping, commit))
        power.feed()
        connect = link.connect
        if config.broker_tls:
            from firmware.uplink.tls import securing

            connect = securing(connect, clock, lambda: in_passing(lambda: _trusted(system)))
        now_s = state.time.now_s() if state.time.is_known() else None
        profile = in_passing(lambda: profile_of(config, device, now_s))
        session = Session(
            connect=connect,
            clock=clock,
            client_id=profile.client_id,
            host=config.broker_host,
            port=config.broker_port,
            user=profile.user,
            password=profile.password,
            message_bytes=config.message_bytes,
            trusts=not link.is_careful,
        )
        # The session may be there although the report that began it ended before it subscribed.
        is_known, state.is_subscribed = state.is_subscribed, 0
        try:
            session.open()
            power.feed()
            _tell(session, power, profile, config, state, store, retained, commit)
            if store is None and config.coarse:
                print("no journal: what was counted since the last day is not told")
            elif store is None and state.is_blank:
                print("nothing is known of what was counted before: no odometer is published")
            elif store is None:
                from firmware.live import publish_live

                publish_live(session, profile, device, state, config)
            else:
                _publish_pending(
                    session, power, profile, device, store, state, config, keeping, commit
                )
            if system.size(_UNSENT) is not None:
                from firmware.remains import publish_unsent

                publish_unsent(
                    session, power, profile, device, state, config, system, keeping, commit
                )
            in_passing(lambda: _listen(session, power, profile, obey, state, is_known))
            session.close()
        finally:
            session.abandon()
    finally:
        _down(link)


def _trusted(files):
    from firmware.uplink.trust import trusted

    return trusted(files)


def _set_clock(*arguments):
    from firmware.clocking import set_clock

    set_clock(*arguments)


def _listen(*arguments):
    from firmware.listening import listen

    listen(*arguments)


def profile_of(config, device, now_s):
    """The Profile that the configuration names: of these modules one, and only in a report.

    now_s: Unix time, None when it is not known.
    """
    name = "plain" if config.profile == "json" else config.profile
    module = __import__("firmware.uplink." + name, None, None, ("Profile",))
    return module.Profile(config, device, now_s)


def message_bytes(config, topic):
    """The most of one message: over NB-IoT it goes, with its head, into one command."""
    if config.link != "nbiot":
        return config.message_bytes
    return min(config.message_bytes, _MESSAGE_BYTES, _PUBLISH_BYTES - len(topic))


def _up(link):
    try:
        link.up(_LINK_UP_MS)
    except OSError as error:
        raise UplinkError("link: %s" % error)


def _down(link):
    try:
        link.down()
    except OSError as error:
        # The report has ended, well or not; deep sleep ends the radio too.
        print("radio not switched off: %s" % error)


def _publish_pending(session, power, profile, device, store, state, config, keeping, commit):
    head = (("device", device), ("journal", store.id_text))
    readings = head + (("offset_ml", state.offset_ml),)
    size = message_bytes(config, profile.topic("readings"))
    batch = profile.batch
    days = days_of(config, state.coarse_day)
    stream = Stream("readings", store.readings, state, batch, readings, size, commit, days)
    publish(session, power, profile, "readings", stream.messages(keeping.note))
    newest, measured = stream.newest, stream.measured
    if state.again_seq < state.again_end:
        publish(session, power, profile, "readings", stream.again())
    del stream  # and its buffer, before there is another one
    stream = Stream("events", store.events, state, batch, head, size, commit)
    publish(session, power, profile, "events", stream.messages(keeping.note))
    del stream
    closing = profile.closing(newest, measured, state.offset_ml)
    in_passing(lambda: _publish_all(session, power, closing))


def days_of(config, day):
    """Which readings may leave a meter that tells little of its household; None: all."""
    if not config.coarse:
        return None
    from firmware.coarse import Days

    return Days(day)


def _tell(session, power, profile, config, state, store, retained, commit):
    """What the meter says of itself, once a day."""

    def news():
        from firmware.telling import status, told_crc

        crc = told_crc(state, config)
        is_due = crc != state.told_crc
        return crc, status(state, config, store, retained) if is_due else None

    crc, told = in_passing(news)
    if told:
        in_passing(lambda: _publish_all(session, power, profile.daily(told)))
        state.told_crc, state.causes = crc, 0
        commit()


def _publish_all(session, power, messages):
    for topic, payload, is_retained in messages:
        session.publish(topic, payload, is_retained)
        power.feed()


def publish(session, power, profile, name, messages):
    for payload in messages:
        session.publish(profile.topic(name), payload)
        power.feed()
