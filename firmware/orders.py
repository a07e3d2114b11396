"""What a command means: the value before it, the one behind it, and the act between them.

Imported when a line has proved to be one of the head end's.
"""

from micropython import const

from firmware.core import record
from firmware.core.decimal import number
from firmware.core.refusal import BAD_ARGUMENT, NOT_POSSIBLE, UNKNOWN, Refused

_MOST_HOURS = const(168)
_SETTINGS = (
    "report_s", "report_offset_s", "slot_s", "burst_l_per_h", "burst_s", "timezone_min",
)  # fmt: skip
_OPEN, _CLOSED = 1, 2  # state.valve


def plan(name, arguments, *parts):
    """(value before, value after, what makes it so); Refused. parts: of Orders."""
    return Orders(*parts).plan(name, arguments)


class Orders:
    """config: in force. files: of the image. turn_valve(pin, closes): sets its line."""

    def __init__(self, config, files, state, retained, turn_valve):
        self._config = config
        self._files = files
        self._state = state
        self._retained = retained
        self._turn_valve = turn_valve or _turn_valve

    def plan(self, name, arguments):
        if name in _SETTINGS:
            return self._setting(name, _integer(_only(arguments)))
        state = self._state
        acts: dict = {
            "limits": (self._limits, 1),
            "again": (lambda *words: self._again(0, state.cursor_seq, *words), 2),
            "again_events": (lambda *words: self._again(1, state.event_cursor_seq, *words), 2),
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

    def _again(self, stream, seq, first, last):
        """One range for both streams: who asks waits for its records, so two never meet but by
        mistake, and the second one is refused and asked for later. stream: 1 of events. seq: the
        first of its numbers that is not acknowledged.
        """
        state = self._state
        first, last = _integer(first), _integer(last)
        if not 0 < first <= last < seq:
            raise Refused(BAD_ARGUMENT, 0, "acknowledged are 1 to %d" % (seq - 1))
        if state.again_seq < state.again_end:
            raise Refused(
                NOT_POSSIBLE, 0, "%d to %d come first" % (state.again_seq, state.again_end - 1)
            )
        wanted = {"again_stream": stream, "again_seq": first, "again_end": last + 1}
        return first, last, lambda: self._set(**wanted)

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
            if not known.is_new:  # before the first look nothing is on
                known.clears |= 1 << number  # the next one does it
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
    value = number(word[1:] if is_negative else word)
    if value is None or (is_negative and not value):
        raise Refused(BAD_ARGUMENT, 0, "%s is no number" % word)
    return -value if is_negative else value
