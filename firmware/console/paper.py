"""Lines of at most 80 columns, broken between words."""

from micropython import const

_COLUMNS = const(79)  # the 80th would wrap on some terminals


class Paper:
    """printed: what prints a line."""

    def __init__(self, printed):
        self._printed = printed

    def say(self, *values, sep=" ", end="\n", **more):
        """As print(); what goes elsewhere (file) goes there as it is."""
        if more:
            self._printed(*values, sep=sep, end=end, **more)
            return
        lines = sep.join([str(one) for one in values]).split("\n")
        for line in lines[:-1]:
            self._break(line, "\n")
        self._break(lines[-1], end)

    def _break(self, line, end):
        indent = "  " + " " * (len(line) - len(line.lstrip()))
        while len(line) > _COLUMNS:
            at = line.rfind(" ", len(indent), _COLUMNS + 1)
            if at < 0:
                at = _COLUMNS
            self._printed(line[:at])
            line = indent + line[at:].lstrip()
        self._printed(line, end=end)
