"""Water through meter body and meter: what the register shows against what was counted."""

from micropython import const

from firmware.console.asking import ask, cubic_metres, is_yes

_LEAST_ML = const(5000)
_LEAST_PULSES = const(5)
_LOOK_MS = const(1000)
_QUIET_MS = const(120_000)
_REGISTER_ML = const(1000)  # a person reads a register to the litre
_PERCENT = const(2)


def compared(session):
    """(what the register shows, what ran by it, what was counted), mL; None: it was given up.

    It changes nothing but the odometer.
    """
    while True:
        print("3 of 6: the register of the meter body, all digits, with the tap closed")
        start_ml = ask(session, "Reading in m3: ", cubic_metres)
        print("4 of 6: let water run")
        found = _agreed(session, start_ml)
        if found:
            return found
        print("Is pulse_weight_ml that of this meter body? Does the pulse head sit tight?")
        if not ask(session, "Once more with water? y or n: ", is_yes):
            return None


def _agreed(session, start_ml):
    """As compared(), from one reading before the water; None: they differ.

    A pulse and a litre are what counter and register may differ by without being wrong, and two of
    five litres are that: it takes more water then.
    """
    session.take()
    began = session.state.odometer_ml, session.state.pulses
    for times in (1, 2):
        _run(session, began, times)
        found, is_near = _read(session, start_ml, began)
        if found is None or is_near or times == 2:
            return found
        print("That may be rounding or an error. As much water again will tell.")


def _read(session, start_ml, began):
    """(as compared(), True when they hardly differ) of the register behind the water."""
    config = session.config
    weight_ml = config.pulse_weight_ml // config.pulse_weight_pulses
    print("Close the tap. When the register stands still:")
    for is_last in (False, True):
        register_ml = ask(session, "Reading in m3: ", cubic_metres)
        session.take()
        ran_ml = register_ml - start_ml
        counted_ml, pulses = session.state.odometer_ml - began[0], session.state.pulses - began[1]
        print(
            "register: %d L; counted: %d L in %d pulses"
            % (ran_ml // 1000, counted_ml // 1000, pulses)
        )
        apart_ml, percent_ml = abs(ran_ml - counted_ml), max(0, ran_ml) * _PERCENT // 100
        allowed_ml = weight_ml + _REGISTER_ML + percent_ml
        if apart_ml <= allowed_ml:
            is_near = apart_ml <= max(weight_ml, _REGISTER_ML) + percent_ml
            return (register_ml, ran_ml, counted_ml), is_near
        print("They differ by more than %d L." % (allowed_ml // 1000))
        if not is_last:
            print("The register once more as it stands now, in case that was a slip:")
    return None, False


def _run(session, began, times):
    """Returns when so many times the least has run since then."""
    state, clock = session.state, session.clock
    began_ml, began_pulses = began
    least_ml, least_pulses = times * _LEAST_ML, times * _LEAST_PULSES
    print(
        "Open a tap until this says that it is enough: %d L and %d pulses at least."
        % (least_ml // 1000, least_pulses)
    )
    seen, seen_ms = state.pulses, clock.ticks_ms()
    while state.odometer_ml - began_ml < least_ml or state.pulses - began_pulses < least_pulses:
        clock.sleep_ms(_LOOK_MS)
        session.take()
        if state.pulses != seen:
            session.use()
            seen, seen_ms = state.pulses, clock.ticks_ms()
            counted = seen - began_pulses, (state.odometer_ml - began_ml) // 1000
            print("  %d pulses, %d L" % counted)
        elif clock.elapsed_ms(seen_ms) >= _QUIET_MS:
            seen_ms = clock.ticks_ms()
            print("  no pulse for two minutes: is the tap open, does the pulse head sit")
            print('  tight, is its cable in? meter.config("pulse") tells the pins')
