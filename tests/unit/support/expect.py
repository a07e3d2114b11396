"""MicroPython's assert says nothing about what it compared; these do."""


def expect(actual, expected):
    if actual != expected:
        raise AssertionError("expected %r, got %r" % (expected, actual))


def expect_raises(kind, call, *arguments):
    """The exception that call raises; it must be a `kind`."""
    try:
        call(*arguments)
    except kind as error:
        return error
    raise AssertionError("no %s from %r" % (kind.__name__, arguments))
