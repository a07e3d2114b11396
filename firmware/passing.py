"""What is needed seldom leaves the memory again: modules that only one act has use for."""

import gc
import sys


def in_passing(act):
    """What act() returns; the modules that it has imported are forgotten."""
    known = list(sys.modules)
    try:
        return act()
    finally:
        if len(sys.modules) > len(known):  # in most wakes nothing has come
            _forget([name for name in sys.modules if name not in known])


def call(module, name, *arguments):
    """What name(*arguments) of a module returns, which is in memory only meanwhile."""
    return in_passing(lambda: getattr(__import__(module, None, None, (name,)), name)(*arguments))


def _forget(names):
    for name in names:
        del sys.modules[name]
        parent, _, child = name.rpartition(".")
        if parent in sys.modules and hasattr(sys.modules[parent], child):
            delattr(sys.modules[parent], child)
    gc.collect()
