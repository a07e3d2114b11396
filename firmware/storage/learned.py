"""What the watch for leaks has learned of a household, kept through a loss of power.

Imported only by a wake that looks for leaks.
"""

from micropython import const

from firmware.core.errors import StorageFault
from firmware.core.seal import seal, unseal

_KEY = const("learned1")


def loaded(nvs):
    """What keep() was given last; None: nothing, or it is damaged. StorageFault."""
    try:
        sealed = nvs.read(_KEY)
    except OSError as error:
        raise StorageFault("what was learned is not readable: %s" % error)
    return None if sealed is None else unseal(sealed)


def keep(nvs, packed):
    """StorageFault."""
    try:
        nvs.write(_KEY, seal(packed))
    except OSError as error:
        raise StorageFault("what was learned is not written: %s" % error)
