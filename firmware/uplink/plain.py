"""The profile "json": JSON rows on topics of our own, docs/payload.md.

A profile says how a platform wants to be spoken to. It is a module of uplink with a class Profile:

    Profile(config, device)
    client_id, user, password   of the MQTT session
    topic(stream)               of "readings", "events" and "live"
    batch(fields, budget_bytes) a Batch; fields: pairs, among them device, journal (16 hex digits
                                or None), stream, oldest and of readings offset_ml. MemoryError

and a Batch is messages of such a stream, one after the other:

    add(seq, found, dated, columns)  False when it does not fit, then nothing has changed. found: a
                                Reading or an Event; dated: (Unix time or None, uncertainty in
                                seconds, flags) as known now; columns: lists (kind, flag, value,
                                uncertainty, raw) of a reading's quality
    count                       of the records in it
    payload()                   the message, valid until clear()
    clear()
"""


class Profile:
    def __init__(self, config, device):
        self.client_id = self._device = device
        self.user = config.broker_user
        self.password = config.broker_password

    def topic(self, stream):
        return "rill/%s/%s" % (self._device, stream)

    def batch(self, fields, budget_bytes):
        from firmware.uplink.rows import Rows  # not for who packs them otherwise

        return Rows(fields, budget_bytes)
