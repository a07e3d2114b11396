"""Who changes something, and the code of those who may.

The code guards against mistakes. It is no protection from who holds the board and Python's
prompt: docs/security.md. In non-volatile storage there is a salt and a hash of it.
"""

import hashlib
import os

from micropython import const

from firmware.core import event
from firmware.core.errors import StorageFault
from firmware.hal.nvs import Nvs

_KEY = const("installer1")
_SALT_BYTES = const(8)
_NONE = const(b"\0")  # kept when no code is set any more
_TRIES = const(3)
_MOST_NAME_BYTES = const(20)  # what an event has room for, beside what was done
_LEAST_CODE_BYTES = const(4)


def who(session):
    """The name of whoever changes something; asked for once in a session. ValueError."""
    if not session.who:
        sign_in(session, "", "")
    return session.who


def sign_in(session, name, code):
    """What is not given is asked for. ValueError: the code is wrong."""
    if not name:
        from firmware.console.asking import ask

        name = ask(session, "Your name: ", _name)
    if not code and is_set():
        for n in range(_TRIES):
            try:
                return _signed(session, name, session.keys.ask("Installer code: ").strip())
            except ValueError as wrong:
                if n == _TRIES - 1:
                    raise wrong
                print(wrong)
    _signed(session, name, code)


def identify(session, name, code):
    """As sign_in(), and nothing is asked. ValueError."""
    is_right(code)
    session.who = _name(name)


def _signed(session, name, code):
    identify(session, name, code)
    if not is_set():
        print("No installer code is set: whoever has the cable may change this meter.")
    print("%s is signed in until the meter sleeps." % session.who)


def set_code(session, new):
    """Another code, or the first one; "": none."""
    _check(new)
    who(session)
    keep_code(session, new)
    print("the installer code is %s" % ("set" if new else "no longer asked for"))


def keep_code(session, new):
    """As set_code(), and nothing is asked. It is told first. ValueError, StorageFault."""
    _check(new)

    def act():
        text = "installer_code by %s" % session.who
        if not session.keeping.note(event.CONFIG_CHANGED, text=text):
            raise StorageFault("the event could not be stored, so nothing was changed")
        _keep(new)

    session.change(act)


def _check(new):
    if new and len(new.encode()) < _LEAST_CODE_BYTES:
        raise ValueError("the code has %d characters, but must have 4 or more" % len(new))
    if new != new.strip() or _has_control(new):
        raise ValueError("no spaces at its ends, no control characters: 4711")


def is_set():
    """True when a code must be given. StorageFault."""
    return len(_kept()) > _SALT_BYTES


def is_right(code):
    """ValueError when one is set, and this is not it."""
    kept = _kept()
    if len(kept) > _SALT_BYTES and _hash(kept[:_SALT_BYTES], code) != kept[_SALT_BYTES:]:
        raise ValueError("that is not the installer code of this meter")


def forget():
    """No code is set any more. StorageFault."""
    if is_set():
        _keep("")


def _kept():
    try:
        return Nvs().read(_KEY) or _NONE
    except OSError as error:
        raise StorageFault("the installer code is not readable: %s" % error)


def _keep(new):
    salt = os.urandom(_SALT_BYTES)
    try:
        Nvs().write(_KEY, salt + _hash(salt, new) if new else _NONE)
    except OSError as error:
        raise StorageFault("the installer code is not written: %s" % error)


def _hash(salt, code):
    return hashlib.sha256(salt + code.encode()).digest()


def _name(text):
    name = text.strip()
    if not name:
        raise ValueError("who are you? It stands in the events of the meter: A. Miller")
    if len(name.encode()) > _MOST_NAME_BYTES:
        raise ValueError("a name of 20 letters at most, please: A. Miller")
    if _has_control(name):
        raise ValueError("a name without control characters, please: A. Miller")
    return name


def _has_control(text):
    return any(byte < 0x20 or byte == 0x7F for byte in text.encode())
