"""The profile "json": JSON rows on topics of our own, docs/payload.md.

A profile says how a platform wants to be spoken to. It is a module of uplink with a class Profile:

    Profile(config, device)
    client_id, user, password   of the MQTT session
    topic(stream)               of "readings", "events" and "live"
    batch(fields, budget_bytes) a Batch; fields: pairs, among them device, journal (16 hex digits
                                or None), stream, oldest and of readings offset_ml. MemoryError
    subscriptions()             topics on which we are spoken to
    command_of(topic, payload)  (line, context for its answer), all bytes but the context. line: of
                                a command, b"": one was meant, but there is none in it; None: it
                                is something else, to be answered when it has a context
    answer(context, outcome)    (topic, payload) that tells what became of it, None: nobody is to
                                know. outcome: a dict of counter (0: of a line that is not
                                authentic), command, outcome ("done", "refused"), reason, before,
                                after; None when there was no line

and a Batch is messages of such a stream, one after the other:

    add(seq, found, dated, columns)  False when it does not fit, then nothing has changed. found: a
                                Reading or an Event; dated: (Unix time or None, uncertainty in
                                seconds, flags) as known now; columns: lists (kind, flag, value,
                                uncertainty, raw) of a reading's quality
    count                       of the records in it
    payload()                   the message, valid until clear()
    clear()
"""

import json

from firmware.uplink.rows import Rows as batch_of_rows


class Profile:
    def __init__(self, config, device):
        self.client_id = self._device = device
        self.user = config.broker_user
        self.password = config.broker_password

    def topic(self, stream):
        return "rill/%s/%s" % (self._device, stream)

    def subscriptions(self):
        return (self.topic("commands"),)

    def command_of(self, topic, payload):
        return payload, None

    def answer(self, context, outcome):
        if not outcome["counter"]:
            return None  # whoever sends such lines shall not use up our cell
        return self._message("answers", outcome)

    def _message(self, name, values):
        """(topic, payload) of values on a topic of ours."""
        message = {"v": 2, "device": self._device}
        message.update(values)
        return self.topic(name), json.dumps(message, separators=(",", ":")).encode()

    batch = staticmethod(batch_of_rows)
