"""Lines of the self-test at the prompt: (what, passed, value, limit, what to do).

passed: None when nobody can tell yet.
"""

from micropython import const

from firmware.core import fault
from firmware.core.samples import IDLE_UV
from firmware.service import selftest
from firmware.service.link_faults import sentence

_LEAST_POLLS = const(2)  # in two seconds; the slowest sensor is looked at twice a second
_LEAST_FREE_BYTES = const(65_536)
# Below it a module repeats itself for minutes: coverage level 1 and worse.
_LEAST_RSRP_DBM = const(-115)
_LEAST_WIFI_DBM = const(-80)  # below it a network is lost and found again by the weather
_SLEEP = const("counting in sleep")
_BROKER = const("broker")
_VERDICTS = (None, True, False)  # by state.pace


def sleep_line(known):
    """The same at the prompt, as it was judged last. known: state.pace."""
    return (
        _SLEEP,
        _VERDICTS[known],
        ("not judged yet", "it keeps its pace", "it does not keep its pace")[known],
        "judged in the first minute of sleep",
        selftest.counter_line(0)[-1] if known else "let it sleep for two minutes, then look again",
    )


def awake_line(polls):
    """polls: of the coprocessor in two seconds, None: it could not be read."""
    return (
        "counter",
        polls is not None and polls >= _LEAST_POLLS,
        "no counter" if polls is None else "%d looks in 2 s" % polls,
        "%d or more" % _LEAST_POLLS,
        "switch the meter off and on; if it stays so, replace the board",
    )


def pulse_line(pulses):
    """Of a counter that only counts awake."""
    return ("counter", True, "%d pulses in 2 s" % pulses, "it answers", "")


def flash_line(is_written, free_bytes, error):
    return (
        "flash",
        is_written and free_bytes >= _LEAST_FREE_BYTES,
        "%d KB free" % (free_bytes // 1024) if is_written else error,
        "%d KB or more" % (_LEAST_FREE_BYTES // 1024),
        "let it sleep for three wakes, then it makes its journal anew; else replace the board",
    )


def config_line():
    return (
        "configuration", False, "none can be read", "one that was accepted",
        'set it anew: meter.configure(device="m-0001")',
    )  # fmt: skip


def probe_line(name, value, form):
    """value: None when it did not answer. form: of the value as text."""
    return (
        "probe %s" % name,
        value is not None,
        "no answer" if value is None else form % value,
        "it answers",
        "check its plug, its supply switch and its pins in meter.config(), see docs/quality.md",
    )


def supply_line(name, idle_uv):
    """Of a probe that has power though nobody reads it."""
    return (
        "probe %s supply" % name,
        False,
        "%d mV switched off" % (idle_uv // 1000),
        "less than %d mV" % (IDLE_UV // 1000),
        "its switch is stuck or bridged",
    )


def battery_line(rest_mv, lowest_mv, limit_mv):
    """rest_mv: with the radio off; lowest_mv: while a report went out."""
    return (
        "battery",
        lowest_mv >= limit_mv,
        "%d mV, %d mV under load" % (rest_mv, lowest_mv),
        "%d mV or more" % limit_mv,
        "replace the cell, check its plug and the capacitor beside it",
    )


def link_line(what, passed, found, cause):
    """found, cause: of core/fault.py. passed: None when the report did not come so far."""
    if passed is None:
        return (what, None, "not tried", "no fault", "")
    value = "it works" if passed else "fault %d, cause %d" % (found, cause)
    return (what, passed, value, "no fault", sentence(found, cause))


def signal_line(dbm, is_wifi):
    """dbm: 0 when no signal was measured."""
    least_dbm = _LEAST_WIFI_DBM if is_wifi else _LEAST_RSRP_DBM
    return (
        "signal",
        least_dbm <= dbm < 0,
        "%d dBm" % dbm if dbm else "none",
        "%d dBm or more" % least_dbm,
        "move the antenna: outside the pit, upright, away from metal",
    )


def broker_line(is_through, found, cause):
    """is_through: None when no broker is set."""
    if is_through is None:
        return (
            _BROKER, False, "none is set", "it acknowledges a report",
            'meter.configure(broker_host="mqtt.example.org")',
        )  # fmt: skip
    value = "acknowledged" if is_through else "fault %d, cause %d" % (found, cause)
    remedy = sentence(found, cause) if found else "read the line above, then try again"
    if found == fault.BUDGET:
        remedy += " Mend that; it is tried again tomorrow, or once the cell was out for 10 s."
    return (_BROKER, is_through, value, "it acknowledges a report", remedy)


def is_proved(lines):
    """True when a meter may be left: a broker has acknowledged a report, nothing has failed, and
    nothing is open but what only sleep can tell.
    """
    is_acknowledged = False
    for line in lines:
        what, passed = line[:2]
        if passed is False or passed is None and what != _SLEEP:
            return False
        if what == _BROKER:
            is_acknowledged = True
    return is_acknowledged


def shown(line):
    """The line as text: what to do only when there is something to do."""
    what, passed, value, limit, remedy = line
    verdict = "open" if passed is None else "passed" if passed else "FAILED"
    text = "%s: %s, %s (%s)" % (what, verdict, value, limit)
    return text if passed or not remedy else "%s. %s" % (text, remedy)
