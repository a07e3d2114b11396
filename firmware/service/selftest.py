"""Lines of the self-test, for a person: (what, passed, value, limit, what to do)."""

from firmware.core import pace


def counter_line(found_percent):
    """Whether the coprocessor counts in deep sleep. found_percent: of core/pace.py."""
    return (
        "counting in sleep",
        pace.is_kept(found_percent),
        "%d %% of the polls" % found_percent,
        "%d to %d %%" % (pace.LOWEST_PERCENT, pace.HIGHEST_PERCENT),
        "set ULP_MEASURE of the board to another one, see docs/ulp.md; water is being lost",
    )


def shown(line):
    """The line as text: what to do only when there is something to do."""
    what, passed, value, limit, remedy = line
    text = "%s: %s, %s (%s)" % (what, "passed" if passed else "FAILED", value, limit)
    return text if passed else "%s. %s" % (text, remedy)
