"""A report: link up, clock set, everything pending published, the cursor moved by each PUBACK.

Imported only in a wake that reports.
"""

from micropython import const

from firmware.core import record
from firmware.core.errors import UplinkError
from firmware.storage.reader import Reader
from firmware.uplink.rows import Rows
from firmware.uplink.session import Session

_LINK_UP_MS = const(15_000)
_CLOCK_TOLERANCE_S = const(1)


def report(*, link, clock, power, config, device, store, state, commit):
    """Publish what is pending. UplinkError leaves the rest for the next report.

    commit() makes the state survive a reset; it is called after each PUBACK.
    """
    try:
        link.up(_LINK_UP_MS)
        power.feed()
        _set_clock(link, clock, state)
        power.feed()
        _publish_pending(link, clock, power, config, device, store, state, commit)
    except OSError as error:
        raise UplinkError("link: %s" % error)
    finally:
        link.down()


def _set_clock(link, clock, state):
    try:
        network_s = link.network_time_s()
    except OSError as error:
        print("no time from the network: %s" % error)
        return
    known_s = clock.epoch_s()
    if known_s is None:
        state.power_on_epoch_s = network_s - clock.uptime_s()
    if known_s is None or abs(network_s - known_s) > _CLOCK_TOLERANCE_S:
        clock.set_epoch_s(network_s)


def _publish_pending(link, clock, power, config, device, store, state, commit):
    session = Session(
        connect=link.connect,
        clock=clock,
        client_id=device,
        host=config.broker_host,
        port=config.broker_port,
        user=config.broker_user,
        password=config.broker_password,
        message_bytes=config.message_bytes,
    )
    try:
        session.open()
        power.feed()
        for payload, cursor in _messages(config, device, store.journal, state):
            session.publish("rill/%s/readings" % device, payload)
            state.cursor_seq, state.cursor_segment, state.cursor_offset = cursor
            commit()
            power.feed()
        session.close()
    finally:
        session.abandon()


def _messages(config, device, journal, state):
    """Yields (payload, cursor behind it) until everything pending has been in a message."""
    rows = Rows(device=device, journal_id=journal.id, budget_bytes=config.message_bytes)
    reader = Reader(journal, state.cursor_seq, state.cursor_segment or None, state.cursor_offset)
    cursor = None
    while reader.advance():
        try:
            reading = record.unpack(reader.body)
        except ValueError as error:
            print("record %d not sent: %s" % (reader.seq, error))
            continue
        dating = reader.seq, reading, state.boot, state.power_on_epoch_s
        if not rows.add(*dating):
            yield rows.payload(), cursor
            rows.clear()
            rows.add(*dating)  # an empty message has room for any reading
        cursor = reader.seq + 1, reader.segment, reader.offset
    if rows.count:
        yield rows.payload(), cursor
