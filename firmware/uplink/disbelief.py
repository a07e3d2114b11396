"""Why TLS failed, a certificate that is not believed among it. Imported when it did."""

import errno

from micropython import const

from firmware.core.errors import TlsError

# What mbedTLS says, and its flags of that.
_WHY = (("expired", 1), ("not match", 4), ("not correctly signed", 8), ("in the future", 0x200))
_VERIFY_FAILED = const(-0x2700)  # the interpreter tells this one by a ValueError without number


def reason(records, error):
    """What to raise for an error of mbedTLS. records: what it reads and writes by."""
    if records.has_ended:
        return OSError(errno.ECONNRESET, "connection closed within TLS")
    try:
        records.flush()  # an alert: the broker's log will say it too
    except OSError as failure:
        print("TLS alert not sent: %s" % failure)
    text = str(error.args[-1]).strip().replace("\n", "; ")
    if isinstance(error, ValueError):
        number = _VERIFY_FAILED - sum([flag for words, flag in _WHY if words in text])
    elif error.errno < 0:
        number = error.errno
    else:
        return TlsError("TLS: %s" % error)  # the interpreter's own, such as ENOMEM
    return TlsError("TLS: %s (-0x%x)" % (text, -number), number)
