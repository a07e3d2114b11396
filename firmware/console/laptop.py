"""For `rill` on the laptop: `from firmware.console import laptop; laptop.status()`.

Each function prints one line of JSON to an object, and nothing else of its own.
"""

import json

from micropython import const

from firmware.console.start import opened
from firmware.core.errors import StorageFault
from firmware.passing import call

_INSTALLER = const("firmware.console.installer")
_MOVING = const("firmware.console.moving")


def status():
    """One line: facts.py."""
    print(json.dumps(call("firmware.console.facts", "status", opened())))


def identity():
    """One line: moving.py, as the two below."""
    print(json.dumps(call(_MOVING, "identity", opened())))


def belongings(has_keys):
    """One line; with keys only when they are asked for."""
    print(json.dumps(call(_MOVING, "belongings", opened(), has_keys)))


def follow(new):
    """As sign_in(): go on from what another board was."""
    _tried(lambda: call(_MOVING, "follow", opened(), new))


def selftest():
    """A line for each check, as soon as it is known: what, passed (null: can't be known yet),
    value, limit, remedy ("": nothing to do). A report is sent.
    """
    session = opened()
    session.is_busy = True
    try:
        for line in call("firmware.console.testing", "checks", session):
            found = dict(zip(("what", "passed", "value", "limit", "remedy"), line))
            if found["passed"]:
                found["remedy"] = ""
            print(json.dumps(found))
    finally:
        session.is_busy = False
        session.use()


def sign_in(name, code=""):
    """Who changes things from now on. {"done": true}, or {"done": false, "why": ...}."""
    _tried(lambda: call(_INSTALLER, "identify", opened(), name, code))


def would_be(text, code):
    """One line: provisioning.py."""
    print(json.dumps(call("firmware.console.provisioning", "would_be", opened(), text, code)))


def set_code(new, name, code=""):
    """Another installer code, for provisioning. code: the one in force. As sign_in()."""

    def act():
        call(_INSTALLER, "identify", opened(), name, code)
        call(_INSTALLER, "keep_code", opened(), new)

    _tried(act)


def _tried(act):
    try:
        act()
        print(json.dumps({"done": True}))
    except (ValueError, StorageFault) as wrong:
        print(json.dumps({"done": False, "why": str(wrong)}))
