"""A modem's burst may pull the voltage of a cold or empty cell down until the chip resets: then
each report would be one more reset. So a mark says that the modem has power, where it outlives
everything; a wake that finds it behind a reset lets the capacitor recover before the next report,
each time for longer. In memory only meanwhile.
"""

from micropython import const

from firmware.core.seal import seal, unseal

_KEY = const("modem1")  # 1: it has power; resets in a row under it
_FIRST_PAUSE_S = const(900)
_DAY_S = const(86_400)
_MOST_STEPS = const(4)


def begin(nvs):
    """Before the modem gets power. How many resets in a row there were under it until now."""
    falls = _mark(nvs)[1]
    _keep(nvs, 1, falls)
    return falls


def end(nvs, is_through):
    """Behind a report: it has none, or sleeps. is_through: all bursts of it were survived."""
    _keep(nvs, 0, 0 if is_through else _mark(nvs)[1])


def pause_s(falls):
    """Seconds without a report behind so many such resets in a row (1 or more)."""
    return min(_DAY_S, _FIRST_PAUSE_S * 4 ** min(falls - 1, _MOST_STEPS))


def reset(nvs, state, now_s, reason, note):
    """Behind each reset. reason: BROWN_OUT and so on of core/event.py."""
    is_on, falls = _mark(nvs)
    if not is_on:
        return
    from firmware.core.power_event import VOLTAGE_FELL

    falls = min(falls + 1, 255)
    wait_s = pause_s(falls)
    if note(VOLTAGE_FELL, falls, wait_s, "reset %d while the modem had power" % reason):
        _keep(nvs, 0, falls)
    state.failures = max(state.failures, 1)  # or the next report slot would be soon enough
    state.next_report_s = now_s + wait_s


def _mark(nvs):
    try:
        content = unseal(nvs.read(_KEY) or b"")
    except OSError as error:
        print("it is not known whether the modem had power: %s" % error)
        content = None
    return content or b"\0\0"


def _keep(nvs, is_on, falls):
    try:
        nvs.write(_KEY, seal(bytes((is_on, falls))))
    except OSError as error:
        print("a reset under the modem would not be known: %s" % error)  # the report goes on
