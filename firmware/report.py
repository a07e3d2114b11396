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
# A network that says another time than these is wrong; a reading's time has 32 bits.
_EARLIEST_S = const(1_767_225_600)  # 2026-01-01T00:00:00Z
_LATEST_S = const(4_102_444_800)  # 2100-01-01T00:00:00Z


def report(*, link, clock, power, config, device, store, state, commit):
    """Publish what is pending. UplinkError leaves the rest for the next report.

    commit() makes the state survive a reset; it is called after each PUBACK. StorageFault
    when the journal can't be read.
    """
    try:
        _up(link)
        power.feed()
        _set_clock(link, clock, state, commit)
        power.feed()
        _publish_pending(link, clock, power, config, device, store, state, commit)
    finally:
        _down(link)


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


def _set_clock(link, clock, state, commit):
    try:
        network_s = link.network_time_s()
    except OSError as error:
        print("no time from the network: %s" % error)
        return
    if not _EARLIEST_S <= network_s < _LATEST_S:
        print("the network's time %d is not credible" % network_s)
        return
    known_s = clock.epoch_s()
    if known_s is None:
        # Before the clock is set: after it, nobody knows the seconds since power-on.
        state.power_on_epoch_s = network_s - clock.uptime_s()
        commit()
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
