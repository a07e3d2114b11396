"""The profile "json": JSON rows on topics of our own, docs/payload.md.

A profile says how a platform wants to be spoken to. It is a module of uplink with a class Profile:

    Profile(config, device, now_s)  now_s: Unix time, None when it is not known
    client_id, user, password   of the MQTT session
    topic(stream)               of "readings", "events" and "live"
    batch(fields, budget_bytes) a Batch; fields: pairs, among them device, journal (16 hex digits
                                or None), stream, oldest and of readings offset_ml. MemoryError
    daily(status)               yields messages (topic, payload, is retained): once a day, and
                                after a change of firmware or configuration, before all others.
                                status: a dictionary, see telling.py
    closing(newest, measured, offset_ml)  yields messages behind all others. newest, measured: what
                                add() was given of the last reading, and of the last with quality
                                values, that were acknowledged just now; None: there was none
    subscriptions()             topics on which we are spoken to
    command_of(topic, payload)  (line, context for its answer), all bytes but the context. line: of
                                a command, b"": one was meant, but there is none in it; None: it
                                is something else, to be answered when it has a context
    answer(context, outcome)    (topic, payload) that tells what became of it, None: nobody is to
                                know. outcome: a dict of counter (0: of a line that is not
                                authentic), command, outcome ("done", "refused"), reason, before,
                                after; None when there was no line
    settled()                   yields messages (topic, payload) behind all answers

and a Batch is messages of such a stream, one after the other:

    add(seq, found, dated, columns)  False when it does not fit, then nothing has changed; one that
                                can't be split may be longer than the budget. MemoryError. found: a
                                Reading or an Event; dated: (Unix time or None, uncertainty in
                                seconds, flags) as known now; columns: lists (kind, flag, value,
                                uncertainty, raw) of a reading's quality
    count                       of the records in it
    payload()                   the message, valid until clear()
    clear()
"""

import json


class Profile:
    def __init__(self, config, device, now_s):
        self.client_id = self._device = device
        self.user = config.broker_user
        self.password = config.broker_password

    def topic(self, stream):
        return "rill/%s/%s" % (self._device, stream)

    def batch(self, fields, budget_bytes):
        from firmware.uplink.rows import Rows  # not for who packs them otherwise

        return Rows(fields, budget_bytes)

    def daily(self, status):
        yield self._message("status", status) + (False,)

    def closing(self, newest, measured, offset_ml):
        return ()

    def subscriptions(self):
        return (self.topic("commands"),)

    def command_of(self, topic, payload):
        return payload, None

    def answer(self, context, outcome):
        if not outcome["counter"]:
            return None  # whoever sends such lines shall not use up our cell
        return self._message("answers", outcome)

    def settled(self):
        return ()

    def _message(self, name, values):
        """(topic, payload) of values on a topic of ours."""
        message = {"v": 2, "device": self._device}
        message.update(values)
        return self.topic(name), json.dumps(message, separators=(",", ":")).encode()
