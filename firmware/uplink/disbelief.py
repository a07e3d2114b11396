"""Why a certificate is not believed. Imported when one is not."""

# What mbedTLS says, and its flags of that.
_WHY = (("expired", 1), ("not match", 4), ("not correctly signed", 8), ("in the future", 0x200))


def flags(text):
    """The sum of the flags of all that it said."""
    return sum([flag for words, flag in _WHY if words in text])
