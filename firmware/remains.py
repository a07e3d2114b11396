"""What was saved of a lost journal goes out. Imported only then: in the life of a few meters."""

from firmware.core import event, record
from firmware.publishing import days_of, message_bytes, publish
from firmware.sending import record_of
from firmware.storage.salvage import Unsent

_STREAMS = ("readings", "events")


def publish_unsent(session, power, profile, device, state, config, system, keeping, commit):
    """The arguments are those of report(), profile and session what it has made of them."""
    unsent = Unsent(system)
    if not unsent.journal:
        print("unsent.id is damaged: nobody knows of which journal the records in unsent are")
        state.flags |= record.STORAGE_FAULT
        return
    head = (("device", device),)
    size = message_bytes(session, config, profile.topic("readings"))
    while state.unsent_pass < len(_STREAMS):
        name = _STREAMS[state.unsent_pass]
        days = days_of(config, 0) if name == "readings" else None
        messages = _messages(unsent, name, state, profile.batch, head, size, commit, days)
        publish(session, power, profile, name, messages, False)
        state.unsent_pass += 1
        state.unsent_offset = 0
        commit()
    missing = unsent.saved - sum([1 for _ in unsent.frames()])
    if missing > 0:
        keeping.note(event.UNREADABLE, missing, unsent.saved, "unsent")
    unsent.remove()
    state.unsent_pass = 0
    commit()


def _messages(unsent, name, state, batch, head, size, commit, days):
    """Yields payloads of what was saved from a lost journal, from state.unsent_offset on.

    When the next one is asked for, the last is acknowledged.
    """
    fields = head + (("journal", "%016x" % unsent.journal), ("stream", name))
    messages = batch(fields, size)
    before = state.unsent_offset
    for seq, body, behind in unsent.frames(before):
        found = record_of(name, seq, body, state)
        if found and days:
            found = days.chosen(found)
            if found:
                days.sent(found)
        if found and not messages.add(*found):
            yield messages.payload()
            messages.clear()
            state.unsent_offset = before
            commit()
            messages.add(*found)
        before = behind
    if messages.count:
        yield messages.payload()
