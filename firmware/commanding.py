"""Obeys commands of the head end: docs/commands.md.

Each is told by an event before it takes effect, and counted when it has: power that fails in
between leaves it to the broker, which sends it again.
"""

from binascii import unhexlify

from micropython import const

from firmware.core import command, event, record
from firmware.core.command import BAD_ARGUMENT, NOT_POSSIBLE, NOT_STORED, UNKNOWN, Refused

_KEY_FILE = "command.key"
_KEY_BYTES = const(32)
_TOLD_A_DAY = const(5)  # refusals that are events of their own
_MOST_UNTOLD = const(0xFFFF)
_MOST_HOURS = const(168)
_SETTINGS = (
    "report_s", "report_offset_s", "slot_s", "burst_l_per_h", "burst_s", "timezone_min",
)  # fmt: skip
_OPEN, _CLOSED = 1, 2  # state.valve


class Commanding:
    """device: the meter's name. files: of the image. turn_valve(pin, closes): sets its line."""

    def __init__(self, config, device, files, state, retained, keeping, turn_valve=None):
        self._config = config
        self._device = device
        self._files = files
        self._state = state
        self._retained = retained
        self._keeping = keeping
        self._turn_valve = turn_valve or _turn_valve

    def obey(self, line):
        """What became of it, as Profile.answer() takes it."""
        state, counter, name = self._state, 0, ""
        try:
            self._keeping.look_at_clock()
            now_s = state.time.now_s() if state.time.is_known() else None
            counter, name, arguments = command.opened(
                line, self._device, self._key(), state.command_counter, now_s
            )
            return self._obeyed(counter, name, arguments)
        except Refused as refusal:
            why = refusal
            why.counter = counter or why.counter
        except (OSError, MemoryError) as error:
            why = Refused(NOT_STORED, counter, str(error))
        return self._refused(why, name)

    def _obeyed(self, counter, name, arguments):
        before, after, act = self._plan(name, arguments)
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

    def _plan(self, name, arguments):
        """(value before, value after, what makes it so); Refused."""
        if name in _SETTINGS:
            return self._setting(name, _integer(_only(arguments)))
        acts: dict = {
            "limits": (self._limits, 1),
            "again": (self._again, 2),
            "sample": (self._sample, 0),
            "clear": (self._clear, 1),
            "expect_flow": (self._expect_flow, 1),
            "valve": (self._valve, 1),
            "reboot": (self._reboot, 0),
        }
        if name not in acts:
            raise Refused(UNKNOWN)
        act, count = acts[name]
        if len(arguments) != count:
            raise Refused(BAD_ARGUMENT, 0, "%s takes %d" % (name, count))
        return act(*arguments)

    def _set(self, **values):
        """Fields of the state: they are kept together with the counter."""
        for name, value in values.items():
            setattr(self._state, name, value)

    def _setting(self, key, value):
        from firmware.commanded import changed, keep

        state = self._state
        if state.refused_crc:
            raise Refused(NOT_POSSIBLE, 0, "config.json is refused")
        before, content = changed(self._files, self._config, state.config_crc, key, value)
        return before, value, lambda: keep(self._files, content)

    def _limits(self, source):
        from firmware.core.limits import LIMITS

        if source not in LIMITS:
            raise Refused(BAD_ARGUMENT, 0, ", ".join(sorted(LIMITS)))
        self._need_probes()
        return self._setting("water_limits", source)

    def _again(self, first, last):
        state = self._state
        first, last = _integer(first), _integer(last)
        if not 0 < first <= last < state.cursor_seq:
            raise Refused(BAD_ARGUMENT, 0, "acknowledged are 1 to %d" % (state.cursor_seq - 1))
        if state.again_seq < state.again_end:
            raise Refused(
                NOT_POSSIBLE, 0, "%d to %d come first" % (state.again_seq, state.again_end - 1)
            )
        return first, last, lambda: self._set(again_seq=first, again_end=last + 1)

    def _sample(self):
        state = self._state
        if self._config.has_probes():
            return 0, 0, lambda: self._set(next_quality_s=0)
        flags = state.flags | record.ON_DEMAND
        return 0, 0, lambda: self._set(flags=flags, next_slot_s=0)

    def _clear(self, kind):
        if kind == "limits":
            return self._clear_limits()
        from firmware.core.leaks.names import KINDS
        from firmware.storage.watch_state import WatchState

        if kind not in KINDS:
            raise Refused(BAD_ARGUMENT, 0, "limits " + " ".join(KINDS))
        known, number = WatchState(self._retained), KINDS.index(kind) + 1
        flags = self._state.flags
        if kind == "burst":
            flags &= ~record.BURST

        def act():
            known.clears |= 1 << number  # the next look for leaks does it
            known.keep()
            self._set(flags=flags)

        return known.levels >> 2 * number & 3, 0, act

    def _clear_limits(self):
        self._need_probes()
        from firmware.storage.quality_state import QualityState

        quality = QualityState(self._retained.history())
        above = len([1 for one in quality.known.values() if one.above])

        def act():
            for one in quality.known.values():
                one.above = 0
            self._retained.keep_history(quality.pack())

        return above, 0, act

    def _expect_flow(self, hours):
        hours, state = _integer(hours), self._state
        if not 0 <= hours <= _MOST_HOURS:
            raise Refused(BAD_ARGUMENT, 0, "0 to %d hours" % _MOST_HOURS)
        until_s = state.time.now_s() + 3600 * hours if hours else 0
        return state.expected_s, until_s, lambda: self._set(expected_s=until_s)

    def _valve(self, position):
        if position not in ("open", "close"):
            raise Refused(BAD_ARGUMENT, 0, "open, close")
        if self._config.valve_pin < 0:
            raise Refused(NOT_POSSIBLE, 0, "no valve is fitted")
        valve = _CLOSED if position == "close" else _OPEN

        def act():
            self._turn_valve(self._config.valve_pin, valve == _CLOSED)
            self._state.valve = valve

        return self._state.valve, valve, act

    def _reboot(self):
        return 0, 0, lambda: self._set(restarts=True)

    def _need_probes(self):
        if not self._config.has_probes():
            raise Refused(NOT_POSSIBLE, 0, "no probe is fitted")


def _outcome(counter, name, outcome, reason, before, after):
    return {
        "counter": counter, "command": name, "outcome": outcome, "reason": reason,
        "before": before, "after": after,
    }  # fmt: skip


def _turn_valve(pin, closes):
    from firmware.hal.line import Line

    Line(pin, is_on=closes).hold()


def _only(arguments):
    if len(arguments) != 1:
        raise Refused(BAD_ARGUMENT, 0, "one number")
    return arguments[0]


def _integer(word):
    """Of decimal digits, with or without a minus."""
    is_negative = word[:1] == "-"
    value = command.number(word[1:] if is_negative else word)
    if value is None or (is_negative and not value):
        raise Refused(BAD_ARGUMENT, 0, "%s is no number" % word)
    return -value if is_negative else value
