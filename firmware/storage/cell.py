"""What is known of the cell in non-volatile storage: with a weak one the power goes most often."""

import struct

from firmware.core.seal import seal, unseal

_KEY = "cell1"  # firmware/remaining.py reads it, too
_LAYOUT = "<IIBB"
_OLD = "<IIB"  # without a level


def read(nvs):
    """(uAh and seconds that were counted before it came, consumers over their budget that were
    told as bits of spending.py, level of core/thrift.py). OSError.
    """
    content = unseal(nvs.read(_KEY) or b"") or bytes(struct.calcsize(_LAYOUT))
    if len(content) == struct.calcsize(_OLD):
        content += b"\0"
    return struct.unpack(_LAYOUT, content)


def keep(nvs, begun_uah, begun_s, told, level):
    """OSError."""
    nvs.write(_KEY, seal(struct.pack(_LAYOUT, begun_uah, begun_s, told, level)))


def level(nvs):
    """The plan of core/thrift.py before the power went."""
    try:
        return read(nvs)[3]
    except OSError as error:
        print("the plan of the cell is not known until tomorrow: %s" % error)
        return 0
