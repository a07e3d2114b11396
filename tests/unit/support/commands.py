"""A meter that has a key, and signed commands for it."""

import json
from binascii import hexlify

from firmware.core import event
from firmware.core.hmac import hmac_sha256
from meter import Meter

KEY = b"\x17" * 32
CONFIG = {"device": "m", "broker_host": "b", "report_s": 3600, "message_bytes": 320}
_FAR_S = 4_000_000_000


def commanded(**changes):
    """It has reported, and is known at the broker."""
    config = dict(CONFIG)
    config.update(changes)
    meter = Meter(json.dumps(config).encode())
    meter.system.contents["command.key"] = hexlify(KEY)
    meter.wake()
    meter.wake()
    return meter


def signed(words, counter=1, device="m", expires_s=_FAR_S, key=KEY):
    text = b"rill1 %s %d %d %s" % (device.encode(), counter, expires_s, words.encode())
    return text + b" " + hexlify(hmac_sha256(key, text))[:32]


def sent(meter, *lines):
    """What was answered to them in the next report."""
    meter.network.commands += lines
    before = len(meter.network.answers)
    meter.wake()
    return meter.network.answers[before:]


def outcomes(answers):
    return [(a["counter"], a["outcome"]) for a in answers]


def events_told(meter, code=event.COMMAND):
    return [(e.before, e.after, e.text) for e in meter.events(code)]
