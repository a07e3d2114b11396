"""What is needed seldom leaves the memory again: modules that only one act has use for."""

import gc
import sys
from array import array


def in_passing(act):
    """What act() returns; the modules that it has imported are forgotten."""
    known = _known()
    try:
        return act()
    finally:
        _forget_others(known)


def call(module, name, *arguments):
    """What name(*arguments) of a module returns, which is in memory only meanwhile.

    As in_passing(), with two calls less on the way: what each holds is taken from the heap.
    """
    known = _known()
    try:
        return getattr(__import__(module, None, None, (name,)), name)(*arguments)
    finally:
        _forget_others(known)


def _known():
    """The modules as numbers: a list of names would take four times as much, while somebody needs
    all there is. Two names of one number: a module stays.
    """
    return array("H", [_number(name) for name in sys.modules])


def _number(name):
    return hash(name) & 0xFFFF


def _forget_others(known):
    if len(sys.modules) == len(known):
        return  # in most wakes nothing has come
    known = list(known)
    while len(sys.modules) > len(known):
        name = _other(known)
        if name is None:
            break  # two names of one number
        del sys.modules[name]
        parent, _, child = name.rpartition(".")
        if parent in sys.modules and hasattr(sys.modules[parent], child):
            delattr(sys.modules[parent], child)
    if gc.threshold() > 0:  # the life of a report, see app.py
        gc.collect()


def _other(known):
    for name in sys.modules:  # one at a time: a list of them has no room where it is needed most
        if _number(name) not in known:
            return name
    return None
