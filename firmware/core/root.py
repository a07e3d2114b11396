"""Square roots of whole numbers: a float of the ESP32 has 24 bits."""


def root(n):
    """The whole part of the square root of n, 0 and up."""
    if n < 2:
        return n
    found = 1 << (_bits(n) + 1) // 2  # not below it
    while True:
        better = (found + n // found) // 2  # Newton's method
        if better >= found:
            return found
        found = better


def combined(*deviations):
    """The standard deviation of a sum of independent errors."""
    return root(sum([deviation * deviation for deviation in deviations]))


def _bits(n):
    bits = 0
    while n:
        n >>= 1
        bits += 1
    return bits
