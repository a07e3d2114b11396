"""Obeys commands of the head end: docs/commands.md.

Each is told by an event before it takes effect, and counted when it has: power that fails in
between leaves it to the broker, which sends it again.
"""

from binascii import unhexlify

from micropython import const

from firmware.core import event
from firmware.core.refusal import NOT_STORED, Refused
from firmware.passing import call

_KEY_FILE = "command.key"
_KEY_BYTES = const(32)
_TOLD_A_DAY = const(5)  # refusals that are events of their own
_MOST_UNTOLD = const(0xFFFF)


class Commanding:
    """device: the meter's name. files: of the image. turn_valve(pin, closes): sets its line."""

    def __init__(self, config, device, files, state, retained, keeping, turn_valve=None):
        self._config = config
        self._device = device
        self._files = files
        self._state = state
        self._retained = retained
        self._keeping = keeping
        self._turn_valve = turn_valve

    def obey(self, line):
        """What became of it, as Profile.answer() takes it."""
        state, counter, name = self._state, 0, ""
        try:
            self._keeping.look_at_clock()
            now_s = state.time.now_s() if state.time.is_known() else None
            known = self._device, self._key(), state.command_counter, now_s
            counter, name, arguments = call("firmware.core.command", "opened", line, *known)
            return self._obeyed(counter, name, arguments)
        except Refused as refusal:
            why = refusal
            why.counter = counter or why.counter
        except (OSError, MemoryError) as error:
            why = Refused(NOT_STORED, counter, str(error))
        return self._refused(why, name)

    def _obeyed(self, counter, name, arguments):
        parts = self._config, self._files, self._state, self._retained, self._turn_valve
        before, after, act = call("firmware.orders", "plan", name, arguments, *parts)
        text = " ".join([name] + arguments)
        is_number = not isinstance(after, str)
        told = (before, after) if is_number else (0, 0)
        if not self._keeping.note(event.COMMAND, told[0], told[1], text):
            raise Refused(NOT_STORED)
        act()
        self._state.command_counter = counter
        if not self._keeping.keep():
            raise Refused(NOT_STORED, 0, "a loss of power may undo it")
        return _outcome(counter, name, "done", None, before, after)

    def _refused(self, refusal, name):
        print("command refused: %s" % refusal)
        state = self._state
        if state.refusals < _TOLD_A_DAY:
            more = ", %d more untold" % state.untold if state.untold else ""
            text = name + more
            if self._keeping.note(event.COMMAND_REFUSED, refusal.code, refusal.counter, text):
                state.untold = 0
            state.refusals += 1
        else:
            state.untold = min(state.untold + 1, _MOST_UNTOLD)
        counter = refusal.counter if refusal.is_authentic else 0
        return _outcome(counter, name, "refused", str(refusal), None, None)

    def _key(self):
        """None when there is none, or it is none. OSError."""
        size = self._files.size(_KEY_FILE)
        if not size:
            return None
        text = bytearray(2 * _KEY_BYTES)
        self._files.read(_KEY_FILE, 0, text)
        try:
            return unhexlify(bytes(text))
        except ValueError:
            return None


def _outcome(counter, name, outcome, reason, before, after):
    return {
        "counter": counter, "command": name, "outcome": outcome, "reason": reason,
        "before": before, "after": after,
    }  # fmt: skip
