"""For `rill` on the laptop: `from firmware.console import laptop; laptop.status()`.

Each function prints one line of JSON to an object, and nothing else of its own.
"""

import json

from firmware.console.start import opened
from firmware.passing import call


def status():
    """One line: facts.py."""
    print(json.dumps(call("firmware.console.facts", "status", opened())))


def selftest():
    """A line for each check, as soon as it is known: what, passed (null: can't be known yet),
    value, limit, remedy ("": nothing to do). A report is sent.
    """
    session = opened()
    session.is_busy = True
    try:
        for line in call("firmware.console.testing", "checks", session):
            names = ("what", "passed", "value", "limit", "remedy")
            print(json.dumps(dict(zip(names, line))))
    finally:
        session.is_busy = False
        session.use()


def sign_in(name, code=""):
    """Who changes things from now on. The answer: {"signed_in": true}, or why not."""
    session = opened()
    try:
        call("firmware.console.installer", "identify", session, name, code)
        print(json.dumps({"signed_in": True}))
    except ValueError as wrong:
        print(json.dumps({"signed_in": False, "why": str(wrong)}))
