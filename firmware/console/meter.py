"""`meter` at the prompt: a name for each command, so that Tab completes them.

What they do is in the modules of commands.py, each in memory only while its command runs: behind
a command a report has the room that it needs.
"""

from firmware.passing import call


class Meter:
    """session: of session.py. Nothing public but commands; help.py says what they are for."""

    def __init__(self, session):
        self._session = session

    def __repr__(self):
        self._do("status", (), {})
        return "meter.help() lists what can be done."

    def _do(self, name, given, named):
        try:
            call("firmware.console.doing", "do", self._session, name, given, named)
        except KeyboardInterrupt:
            print("stopped")  # before it had begun

    def status(self, *given, **named):
        self._do("status", given, named)

    def read(self, *given, **named):
        self._do("read", given, named)

    def watch(self, *given, **named):
        self._do("watch", given, named)

    def test(self, *given, **named):
        self._do("test", given, named)

    def report(self, *given, **named):
        self._do("report", given, named)

    def link(self, *given, **named):
        self._do("link", given, named)

    def alarms(self, *given, **named):
        self._do("alarms", given, named)

    def events(self, *given, **named):
        self._do("events", given, named)

    def export(self, *given, **named):
        self._do("export", given, named)

    def energy(self, *given, **named):
        self._do("energy", given, named)

    def install(self, *given, **named):
        self._do("install", given, named)

    def set(self, *given, **named):
        self._do("set", given, named)

    def hand_over(self, *given, **named):
        self._do("hand_over", given, named)

    def send_again(self, *given, **named):
        self._do("send_again", given, named)

    def config(self, *given, **named):
        self._do("config", given, named)

    def configure(self, *given, **named):
        self._do("configure", given, named)

    def calibrate_tds(self, *given, **named):
        self._do("calibrate_tds", given, named)

    def calibrate_clear_water(self, *given, **named):
        self._do("calibrate_clear_water", given, named)

    def calibrate_turbidity(self, *given, **named):
        self._do("calibrate_turbidity", given, named)

    def change_filter(self, *given, **named):
        self._do("change_filter", given, named)

    def new_cell(self, *given, **named):
        self._do("new_cell", given, named)

    def sign_in(self, *given, **named):
        self._do("sign_in", given, named)

    def set_code(self, *given, **named):
        self._do("set_code", given, named)

    def erase(self, *given, **named):
        self._do("erase", given, named)

    def sleep(self, *given, **named):
        self._do("sleep", given, named)

    def help(self, *given, **named):
        self._do("help", given, named)
