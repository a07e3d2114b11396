"""The broker has to prove who it is, and nobody else reads along. In memory only meanwhile.

What the meter trusts is in trust.py. There is no session to resume, each is a full handshake of
two flights each way.
"""

from firmware.uplink.tls import TlsStream


def securing(connect, clock, trusted):
    """A connect(host, port, timeout_ms) like the given one, whose Stream speaks TLS.

    trusted(): the context, made by trust.py. Calls of both raise TlsError besides OSError.
    """

    def connect_secured(host, port, timeout_ms):
        began_ms = clock.ticks_ms()
        context = trusted()
        stream = connect(host, port, timeout_ms)
        return secured(stream, clock, host, context, timeout_ms - clock.elapsed_ms(began_ms))

    return connect_secured


def secured(stream, clock, host, context, timeout_ms):
    """A Stream over stream after the handshake with host, which may take timeout_ms.

    TlsError, or OSError when time is up or the connection has closed; then stream is closed.
    """
    secure = TlsStream(stream, clock)
    is_open = False
    try:
        secure.shake_hands(context, host, timeout_ms)
        is_open = True
    finally:
        if not is_open:
            secure.close()
    return secure
