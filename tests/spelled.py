"""How a secret may stand in what was never meant to have it."""

import base64


def spellings(secret: bytes) -> set[bytes]:
    """The bytes, and as hex, base64, JSON and Python would have them; at least 4 bytes."""
    assert len(secret) >= 4
    found = {
        secret,
        secret.hex().encode(),
        secret.hex().upper().encode(),
        repr(secret)[2:-1].encode(),
    }
    for ahead in range(3):  # wherever it begins in what was encoded
        text = base64.b64encode(bytes(ahead) + secret)
        begin = (ahead * 8 + 5) // 6
        found.add(text[begin : (8 * (ahead + len(secret))) // 6])
    return found
