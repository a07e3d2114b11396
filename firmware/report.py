"""A report: link up, clock set, everything pending published, the cursor moved by each PUBACK.

Imported only in a wake that reports.
"""

import gc

from micropython import const

from firmware.core.errors import UplinkError
from firmware.passing import call, in_passing
from firmware.uplink.session import Session

_LINK_UP_MS = const(15_000)
_TLS_BYTES = const(512)  # of a message: TLS leaves less memory for it, and for what holds it
_NO_MEMORY = const(20)  # of core/fault.py
_UNSENT = const("unsent.id")  # of storage/salvage.py


def report(
    *, link, clock, power, config, device, store, state, keeping, commit, system, retained, obey,
    is_short,
):  # fmt: skip
    """Publish what is pending. UplinkError leaves the rest for the next report.

    obey(line) does what a line commands, and returns what became of it, as Profile.answer() takes
    it.

    store: None when it can't be opened; then the odometer is published without a number.
    system: the image's files, where the records of a journal that was lost may be. retained: what
    the meter knows of its modem.
    is_short: a message of each stream and no more; the cell may not bear another one.
    commit() makes the state survive a reset; it is called after each PUBACK. StorageFault
    when the journal can't be read.
    """
    try:
        _up(link)
        power.feed()
        call("firmware.clocking", "set_clock", link, clock, store, state, keeping, commit)
        power.feed()
        connect, most_bytes = link.connect, config.message_bytes
        if config.broker_tls:
            connect, most_bytes = _securing(connect, clock, system), _TLS_BYTES
        now_s = state.time.now_s() if state.time.is_known() else None
        profile = profile_of(config, device, now_s)
        session = Session(
            connect=connect,
            clock=clock,
            client_id=profile.client_id,
            host=config.broker_host,
            port=config.broker_port,
            user=profile.user,
            password=profile.password,
            message_bytes=min(config.message_bytes, most_bytes),
            trusts=not link.is_careful,
        )
        # The session may be there although the report that began it ended before it subscribed.
        is_known, state.is_subscribed = state.is_subscribed, 0
        try:
            session.open()
            power.feed()
            if not is_short:
                _tell(session, power, profile, config, state, store, retained, keeping, commit)
            if store is None:
                call("firmware.live", "tell_live", session, profile, device, state, config)
            else:
                gc.collect()  # the buffers need pieces, not what garbage leaves between
                parts = session, power, profile, device, store, state, config, keeping, commit
                newest, measured = call("firmware.publishing", "publish_pending", *parts, is_short)
                last = profile.closing(newest, measured, state.offset_ml)
                call("firmware.publishing", "publish_all", session, power, last)
            if not is_short and system.size(_UNSENT) is not None:
                rest = session, power, profile, device, state, config, system, keeping, commit
                call("firmware.remains", "publish_unsent", *rest)
            call("firmware.listening", "listen", session, power, profile, obey, state, is_known)
            session.close()
        finally:
            session.abandon()
    finally:
        _down(link)


def profile_of(config, device, now_s):
    """The Profile that the configuration names: of these modules one, and only in a report.

    now_s: Unix time, None when it is not known.
    """
    name = "plain" if config.profile == "json" else config.profile
    module = __import__("firmware.uplink." + name, None, None, ("Profile",))
    return in_passing(lambda: module.Profile(config, device, now_s))


def _securing(connect, clock, system):
    """A connect() whose Stream speaks TLS; what shakes hands is not in memory behind it."""

    def trusted():
        return call("firmware.uplink.trust", "trusted", system)

    def connect_secured(*where):
        return call("firmware.uplink.handshake", "securing", connect, clock, trusted)(*where)

    return connect_secured


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


def _tell(session, power, profile, config, state, store, retained, keeping, commit):
    """What the meter says of itself, once a day."""
    known = state, config, store, retained, keeping.vault.nvs
    crc, told = call("firmware.telling", "news", *known)
    if told:
        call("firmware.remaining", "add", told, keeping.vault.nvs, config.cell_mah)
        try:
            call("firmware.publishing", "publish_all", session, power, profile.daily(told))
        except MemoryError as error:
            state.told_crc = crc  # the readings come first: the next try is without
            commit()
            raise UplinkError("no memory to say how the meter is: %s" % error, _NO_MEMORY)
        state.told_crc, state.causes = crc, 0
        commit()
