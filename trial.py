"""Which of the directories a and b runs, while that is not settled: docs/cable.md.

The file `place` has "a" or "b" when it is settled, "a0" when a is to be tried; each boot of a
trial counts one up, so that it survives whatever ends it. Anything else is damage: then a
directory is taken that is whole. Each one that rill has verified has the file `whole`.
"""

import os
import sys

import machine
from micropython import const

_TRIES = const(3)
# Also a firmware that doesn't get as far as its own watchdog has to end.
_WATCHDOG_MS = const(120_000)
_OTHER = {"a": "b", "b": "a"}


def place(text):
    """The directory to run, "" is the root. text: of the file, "" when it can't be read."""
    name, tries = text[:1], text[1:]
    if name in _OTHER and is_whole(name) and tries in ("0", "1", "2", "3"):
        if int(tries) < _TRIES or machine.reset_cause() == machine.SOFT_RESET:
            return _tried(name, int(tries))
        if is_whole(_OTHER[name]) or "firmware" in os.listdir():
            print("firmware %s failed %d times: back to what was before" % (name, _TRIES))
            os.remove(name + "/whole")
    for name in _OTHER:
        if is_whole(name):
            _write(name)
            return name
    return ""


def _tried(name, tries):
    if machine.reset_cause() != machine.SOFT_RESET:  # a report restarts the interpreter
        tries += 1
        _write(name + str(tries))
    print("firmware %s is on trial, %d of %d" % (name, tries, _TRIES))
    machine.WDT(timeout=_WATCHDOG_MS)
    sys.modules["boot"] = lambda: _keep(name)  # called behind a wake that ended well
    return name


def _keep(name):
    """It works: the trial is over."""
    _write(name)
    del sys.modules["boot"]
    print("firmware %s stays" % name)


def is_whole(name):
    try:
        os.stat(name + "/whole")
    except OSError:
        return False
    return True


def _write(text):
    try:
        with open("place.new", "w") as f:
            f.write(text)
        os.rename("place.new", "place")
    except OSError as error:
        print("place: %s" % error)  # the flash is full or worn: run what there is
