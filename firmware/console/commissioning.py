"""The steps of installing.py that ask and compare, and what is left for a photograph."""

from micropython import const

from firmware.console.asking import ask, cubic_metres, is_yes
from firmware.core.errors import ConfigError
from firmware.passing import call

_FACTS = const("firmware.console.facts")
_LEAST_ML = const(5000)
_LEAST_PULSES = const(5)
_LOOK_MS = const(1000)
_QUIET_MS = const(120_000)
_REGISTER_ML = const(1000)  # a person reads a register to the litre
_PERCENT = const(2)


def begin(session):
    """(serial number, who, what _water() says)"""
    print("1 of 6: who are you?")
    name = call("firmware.console.installer", "who", session)
    print("2 of 6: which meter is this?")
    serial = _serial(session)
    print("3 of 6: the register of the meter body, all digits, with the tap closed")
    body_ml = ask(session, "Reading in m3: ", cubic_metres)
    _body_is(session, body_ml, name)
    print("4 of 6: let water run")
    return serial, name, _water(session, body_ml, name)


def is_wanted(session, question):
    return ask(session, question, is_yes)


def _serial(session):
    """The device's name, as it is on the label and in the configuration."""
    known = session.config.device
    chip = call(_FACTS, "status", session)["chip"]

    def same(line):
        if line.strip() != known:
            raise ValueError(
                "this board is %s, not %s: is it the right label, the right board?"
                % (known, line.strip()[:32] or "nothing")
            )
        return known

    def new(line):
        serial = line.strip()
        if not serial:
            raise ValueError("letters, digits, - and _, as on the label: m-0001")
        try:
            call("firmware.console.setting", "configure", session, {"device": serial})
        except ConfigError as wrong:
            raise ValueError(str(wrong))
        return serial

    print("chip %s" % chip)
    return ask(session, "Serial number on the label: ", same if known else new)


def _water(session, body_ml, name):
    """What the meter has counted and the register shows, in mL, or None: it was given up."""
    while True:
        began = session.state.pulses
        _run(session)
        print("Close the tap. When the register stands still:")
        register_ml = ask(session, "Reading in m3: ", cubic_metres)
        session.take()
        state = session.state
        counted_ml = state.odometer_ml + state.offset_ml - body_ml
        ran_ml = register_ml - body_ml
        weight_ml = session.config.pulse_weight_ml // session.config.pulse_weight_pulses
        allowed_ml = weight_ml + _REGISTER_ML + max(0, ran_ml) * _PERCENT // 100
        values = ran_ml // 1000, counted_ml // 1000, state.pulses - began
        print("register: %d L; counted: %d L in %d pulses" % values)
        if abs(ran_ml - counted_ml) <= allowed_ml:
            _body_is(session, register_ml, name)
            return ran_ml, counted_ml
        print("They differ by more than %d L. Was each reading right?" % (allowed_ml // 1000))
        print("Is pulse_weight_ml that of this meter body? Does the pulse head sit tight?")
        if not ask(session, "Once more with water? y or n: ", is_yes):
            return None
        body_ml = register_ml
        _body_is(session, register_ml, name)


def _body_is(session, reading_ml, name):
    session.change(lambda: call("firmware.console.changing", "body_is", session, reading_ml, name))


def _run(session):
    """Returns when enough has run."""
    state, clock = session.state, session.clock
    began_ml, began = state.odometer_ml, state.pulses
    print("Open a tap until this says that it is enough: 5 L and 5 pulses at least.")
    seen, seen_ms = began, clock.ticks_ms()
    while state.odometer_ml - began_ml < _LEAST_ML or state.pulses - began < _LEAST_PULSES:
        clock.sleep_ms(_LOOK_MS)
        session.take()
        if state.pulses != seen:
            session.use()
            seen, seen_ms = state.pulses, clock.ticks_ms()
            print("  %d pulses, %d L" % (seen - began, (state.odometer_ml - began_ml) // 1000))
        elif clock.elapsed_ms(seen_ms) >= _QUIET_MS:
            seen_ms = clock.ticks_ms()
            print("  no pulse for two minutes: is the tap open, does the pulse head sit")
            print('  tight, is its cable in? meter.config("pulse") tells the pins')


def summary(session, serial, name, counted, lines):
    """counted: as begin() has said. lines: of the self-test."""
    found = call(_FACTS, "status", session)
    is_done = counted and lines and all([line[1] is not False for line in lines])
    print("-" * 60)
    print("COMMISSIONED" if is_done else "NOT COMMISSIONED")
    print("meter              %s, Rill %s" % (serial, found["firmware"]))
    print("when, who          %s, %s" % (found["local_time"] or "time not known", name))
    print("meter body         %s" % call(_FACTS, "cubic_metres", found["body_ml"]))
    if counted:
        print(
            "water test         register %d L, counted %d L"
            % (counted[0] // 1000, counted[1] // 1000)
        )
    else:
        print("water test         FAILED")
    for what, passed, value, _, _ in lines:
        verdict = "open" if passed is None else "passed" if passed else "FAILED"
        print("%-18s %s, %s" % (what, verdict, value))
    print("-" * 60)
    if is_done:
        print("Now meter.sleep(); the LED or meter.status() tells whether it counts in sleep.")
    else:
        print("It must not be left like this: meter.install() begins again.")
