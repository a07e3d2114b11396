"""What is needed seldom leaves the memory again: modules that only one act has use for."""

import gc
import sys
from array import array

from micropython import const

_AT_ONCE = const(8)
_MUCH_BYTES = const(20_000)


def in_passing(act):
    """What act() returns; the modules that it has imported are forgotten."""
    known, room = _known(), [None] * _AT_ONCE
    try:
        return act()
    finally:
        _forget_others(known, room)


def call(module, name, *arguments):
    """What name(*arguments) of a module returns, which is in memory only meanwhile.

    As in_passing(), with two calls less on the way: what each holds is taken from the heap.
    """
    known, room = _known(), [None] * _AT_ONCE
    try:
        return getattr(__import__(module, None, None, (name,)), name)(*arguments)
    finally:
        _forget_others(known, room)


def once(module, name):
    """That of a module, which is in memory for as long as somebody holds what it returned."""
    found = getattr(__import__(module, None, None, (name,)), name)
    _forget(module)
    return found


def _known():
    """The modules as numbers: a list of names would take four times as much, while somebody needs
    all there is. Two names of one number: a module stays.
    """
    return array("H", [_number(name) for name in sys.modules])


def _number(name):
    return hash(name) & 0xFFFF


def _forget_others(known, room):
    """room: for some names; there may be none for a list of them where it is needed most."""
    if len(sys.modules) == len(known):
        return  # in most wakes nothing has come
    numbers, found = [0] * len(known), _AT_ONCE  # a list that grows would be there twice
    for n, number in enumerate(known):
        numbers[n] = number
    while found == _AT_ONCE:
        found = 0
        for name in sys.modules:
            if found < _AT_ONCE and _number(name) not in numbers:
                room[found] = name
                found += 1
        for n in range(found):
            _forget(room[n])
    if gc.threshold() < _MUCH_BYTES:  # in a report, see app.py
        gc.collect()


def _forget(name):
    del sys.modules[name]
    parent, _, child = name.rpartition(".")
    if parent in sys.modules and hasattr(sys.modules[parent], child):
        delattr(sys.modules[parent], child)
