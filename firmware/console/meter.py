"""`meter` at the prompt: a name for each command, so that Tab completes them.

What they do is in the modules of commands.py, each in memory only while its command runs: behind
a command a report has the room that it needs.
"""

from firmware.passing import call


class Meter:
    """session: of session.py. Nothing public but commands; help.py says what they are for."""

    def __init__(self, session):
        self._session = session
        self._names = call("firmware.console.commands", "names")
        for name in self._names:
            hasattr(self, name)  # a long text is no name yet, and Tab knows names only

    def __repr__(self):
        self.status()
        return "meter.help() lists what can be done."

    def __getattr__(self, name):
        """Tab and dir() ask for each name that the interpreter knows."""
        if name not in self._names:
            raise AttributeError("there is no meter.%s: meter.help() lists all" % name)
        return _Command(self._session, name)


class _Command:
    def __init__(self, session, name):
        self._session, self._name = session, name

    def __repr__(self):
        return "it runs with brackets: meter.%s()" % self._name

    def __call__(self, *given, **named):
        try:
            call("firmware.console.doing", "do", self._session, self._name, given, named)
        except KeyboardInterrupt:
            print("stopped")  # before it had begun
