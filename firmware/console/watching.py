"""The water as it is counted now."""

from micropython import const

from firmware.console.facts import cubic_metres

_LINE_MS = const(1000)
_KEY_MS = const(100)


def read(session):
    session.take()
    state = session.state
    print("odometer    %s" % _exact(state.odometer_ml))
    print("meter body  %s" % _exact(state.odometer_ml + state.offset_ml))
    print("pulses      %d" % state.pulses)
    if state.reverse_pulses:
        print("backward    %d pulses" % state.reverse_pulses)


def watch(session, seconds):
    """A line a second until a key is pressed, or so many seconds long; 0: until a key."""
    if seconds < 0:
        raise ValueError("%d seconds, but must be 0 or more: meter.watch(30)" % seconds)
    print("Any key ends it, and so does the sleep after ten minutes.")
    print("  seconds    pulses   L since   L/h   meter body")
    clock, state = session.clock, session.state
    began_ml, began, shown = state.odometer_ml, state.pulses, 0
    began_ms = clock.ticks_ms()
    last_ml, last_ms, flow_l_h = began_ml, 0, 0
    pulse_ml = session.config.pulse_weight_ml // session.config.pulse_weight_pulses
    while not seconds or shown < seconds:
        passed_ms = _wait(session, began_ms, (shown + 1) * _LINE_MS)
        if passed_ms is None:
            break
        session.take()
        shown = passed_ms // _LINE_MS
        ml = state.odometer_ml
        if ml != last_ml:
            flow_l_h = _l_per_h(ml - last_ml, passed_ms - last_ms)
            last_ml, last_ms = ml, passed_ms
        else:  # not faster than a pulse that would come now
            flow_l_h = min(flow_l_h, _l_per_h(pulse_ml, passed_ms - last_ms))
        print(
            "  %7d %9d %9s %5d   %s"
            % (
                shown,
                state.pulses - began,
                _litres(ml - began_ml),
                flow_l_h,
                cubic_metres(ml + state.offset_ml),
            )
        )
    print("%s L in %d pulses" % (_litres(state.odometer_ml - began_ml), state.pulses - began))


def _wait(session, began_ms, until_ms):
    """Milliseconds since then, None: a key was pressed."""
    while True:
        passed_ms = session.clock.elapsed_ms(began_ms)
        if passed_ms >= until_ms:
            return passed_ms
        if session.keys.pressed():
            return None
        session.clock.sleep_ms(_KEY_MS)


def _l_per_h(ml, ms):
    return ml * 3600 // max(1, ms)


def _litres(ml):
    return "%d.%d" % (ml // 1000, ml % 1000 // 100)


def _exact(ml):
    return "%s (%d mL)" % (cubic_metres(ml), ml)
