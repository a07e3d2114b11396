"""HMAC-SHA256 (RFC 2104), which MicroPython's hashlib lacks."""

from hashlib import sha256

from micropython import const

_BLOCK_BYTES = const(64)


def hmac_sha256(key, message):
    """The 32 bytes of a message under a key, both bytes."""
    if len(key) > _BLOCK_BYTES:
        key = sha256(key).digest()
    key += bytes(_BLOCK_BYTES - len(key))
    inner = sha256(bytes([byte ^ 0x36 for byte in key]))
    inner.update(message)
    outer = sha256(bytes([byte ^ 0x5C for byte in key]))
    outer.update(inner.digest())
    return outer.digest()
