"""What is in the journal: events in words, readings as CSV."""

from micropython import const

from firmware.core import event, record
from firmware.service.local_time import local
from firmware.storage.reader import Reader
from firmware.timing import dated

_DAY_S = const(86_400)


def events(session, count):
    """The newest ones, oldest of them first."""
    from firmware.service.event_sentences import sentence

    if count < 1:
        raise ValueError("%d events, but must be 1 or more: meter.events(20)" % count)
    journal = session.keeping.store().events
    shown = 0
    for body in _bodies(journal, journal.next_seq - count):
        try:
            found = event.unpack(body)
        except ValueError:
            print("an event of another firmware")
            continue
        print("%s  %2d %s" % (_date(session, found), found.code, sentence(found)))
        shown += 1
    if not shown:
        print("no event yet")


def export(session, days):
    """Readings of so many days as CSV, for the terminal to save. Times are Unix seconds."""
    if days < 1:
        raise ValueError("%d days, but must be 1 or more: meter.export(days=31)" % days)
    journal, state = session.keeping.store().readings, session.state
    slots = days * _DAY_S // session.config.slot_s
    now_s = session.now_s()
    print("seq,time_s,odometer_ml,interval_ml,battery_mv,pulses,flags")
    reader = Reader(journal, max(1, journal.next_seq - 2 * slots))
    while reader.advance():
        try:
            found = record.unpack(reader.body)
        except ValueError:
            continue  # of another firmware
        time_s, _, flags = dated(state, found)
        if now_s and time_s and now_s - time_s > days * _DAY_S:
            continue
        print(
            "%d,%s,%d,%d,%d,%d,%d"
            % (
                reader.seq,
                "" if time_s is None else time_s,
                found.odometer_ml,
                found.interval_ml,
                found.battery_mv,
                found.pulses,
                flags,
            )
        )


def _bodies(journal, seq):
    reader = Reader(journal, max(1, seq))
    while reader.advance():
        yield bytes(reader.body)


def _date(session, found):
    time_s = dated(session.state, found)[0]
    if time_s is None:
        return "boot %-11d" % found.boot
    return local(time_s, session.settings.timezone_min if session.settings else 0)
