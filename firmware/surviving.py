"""A modem's burst may pull the voltage of a cold or empty cell down until the chip resets: then
each report would be one more reset. So a mark says that the modem has power, where it outlives
everything; a wake that finds it behind a reset lets the capacitor recover before the next report,
each time for longer. In memory only meanwhile.
"""

from micropython import const

from firmware.core.seal import seal, unseal

_KEY = const("modem1")  # a mark; resets in a row under it
# Marks: the modem has power; a reset under it is still to be told, and its reason added to that.
_OFF = const(0)
_ON = const(1)
_UNTOLD = const(2)
_FIRST_PAUSE_S = const(900)
_DAY_S = const(86_400)
_MOST_STEPS = const(4)


def begin(nvs, note):
    """Before the modem gets power. How many resets in a row there were under it until now."""
    tell(nvs, note)
    falls = _mark(nvs)[1]
    _keep(nvs, _ON, falls)
    return falls


def end(nvs, is_through):
    """Behind a report: it has none, or sleeps. is_through: all bursts of it were survived."""
    _keep(nvs, _OFF, 0 if is_through else _mark(nvs)[1])


def pause_s(falls):
    """Seconds without a report behind so many such resets in a row (1 or more)."""
    return min(_DAY_S, _FIRST_PAUSE_S * 4 ** min(falls - 1, _MOST_STEPS))


def hold(nvs, state, now_s, reason):
    """Behind each reset, before all else. reason: BROWN_OUT and so on of core/event.py."""
    mark, falls = _mark(nvs)
    if mark == _ON:
        mark, falls = _UNTOLD + reason, min(falls + 1, 255)
        _keep(nvs, mark, falls)
    # A voltage that comes back resets the chip more than once, and each power-on wants a report.
    if falls and (mark != _OFF or not state.next_report_s):
        state.failures = max(state.failures, 1)  # or the next report slot would be soon enough
        state.next_report_s = now_s + pause_s(falls)


def tell(nvs, note):
    """As soon as it can be: in a wake behind hold(), or before the next report."""
    mark, falls = _mark(nvs)
    if mark < _UNTOLD:
        return
    from firmware.core.power_event import MODEM_RESET

    text = "reset %d while the modem had power" % (mark - _UNTOLD)
    if note(MODEM_RESET, falls, pause_s(falls), text):
        _keep(nvs, _OFF, falls)


def _mark(nvs):
    try:
        content = unseal(nvs.read(_KEY) or b"")
    except OSError as error:
        print("it is not known whether the modem had power: %s" % error)
        content = None
    return content or b"\0\0"


def _keep(nvs, mark, falls):
    try:
        nvs.write(_KEY, seal(bytes((mark, falls))))
    except OSError as error:
        print("a reset under the modem would not be known: %s" % error)  # the report goes on
