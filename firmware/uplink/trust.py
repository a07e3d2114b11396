"""Whom a meter trusts, and how it proves who it is. In memory only before it connects.

The broker's certificate must lead to the one CA of the meter, carry its host name (or address) and
be of today: an ESP32 compares its dates with the chip's clock, so before anybody has set that
(January 2000) there is no connection. With client.der and client.key the meter proves who it is,
too.
"""

import tls
from micropython import const

from firmware.core.errors import TlsError

_CA_FILE = const("broker.der")
_CERTIFICATE = const("client.der")
_KEY = const("client.key")
_MOST_BYTES = const(4096)


def trusted(files):
    """The context of the files of the meter, or TlsError."""
    context = trusting(read(files, _CA_FILE))
    identify(context, files)
    return context


def read(files, name):
    """The content of a file, or TlsError."""
    try:
        size = files.size(name)
        if size is None:
            raise TlsError("%s is missing: TLS needs it" % name)
        if not 0 < size <= _MOST_BYTES:
            raise TlsError("%s has %d bytes, not 1 to %d" % (name, size, _MOST_BYTES))
        content = bytearray(size)
        files.read(name, 0, content)
    except OSError as error:
        raise TlsError("%s is not readable: %s" % (name, error))
    return bytes(content)


def trusting(ca):
    """The context of a client that trusts this CA (a certificate in DER) alone, or TlsError."""
    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    context.verify_mode = tls.CERT_REQUIRED  # type: ignore[attr-defined]
    try:
        context.load_verify_locations(ca)
    except ValueError as error:
        raise TlsError("the CA is damaged or not in DER: %s" % error)
    return context


def identify(context, files):
    """Have the meter show its certificate when it has one, or TlsError, with a half of it too."""
    try:
        if files.size(_CERTIFICATE) is None and files.size(_KEY) is None:
            return
        context.load_cert_chain(read(files, _CERTIFICATE), read(files, _KEY))
    except ValueError as error:
        raise TlsError("client.der or client.key is damaged or not in DER: %s" % error)
    except OSError as error:
        raise TlsError("client.der is not readable: %s" % error)
