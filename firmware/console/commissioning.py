"""The steps of installing.py that ask and compare, and what is left for a photograph."""

from micropython import const

from firmware.console.asking import ask, is_yes
from firmware.core.errors import ConfigError
from firmware.passing import call

_FACTS = const("firmware.console.facts")
_LINES = const("firmware.service.check_lines")
_SETTING = const("firmware.console.setting")
_CHANGING = const("firmware.console.changing")


def begin(session):
    """(serial number, who, what ran by the register and was counted). Until the water has proved
    that the meter counts, nothing is changed; then serial number and reading are set.
    """
    print("1 of 6: who are you?")
    name = call("firmware.console.installer", "who", session)
    print("2 of 6: which meter is this?")
    serial = _serial(session)
    found = call("firmware.console.water_test", "compared", session)
    if not found:
        return serial, name, None
    register_ml, ran_ml, counted_ml = found
    session.change(lambda: _keep(session, serial, register_ml, name))
    return serial, name, (ran_ml, counted_ml)


def _keep(session, serial, register_ml, name):
    if serial != session.config.device:
        call(_SETTING, "configure", session, {"device": serial})
    call(_CHANGING, "body_is", session, register_ml, name)


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
            call(_SETTING, "checked", session, {"device": serial})
        except ConfigError as wrong:
            raise ValueError(str(wrong))
        return serial

    print("chip %s" % chip)
    return ask(session, "Serial number on the label: ", same if known else new)


def summary(session, serial, name, counted, lines):
    """counted: as begin() has said. lines: the first three columns of the self-test."""
    found = call(_FACTS, "status", session)
    is_done = counted and call(_LINES, "is_proved", lines)
    print("-" * 60)
    print("COMMISSIONED" if is_done else "NOT COMMISSIONED")
    print("meter              %s, Rill %s" % (serial, found["firmware"]))
    print("when, who          %s, %s" % (found["local_time"] or "time not known", name))
    body = call(_FACTS, "cubic_metres", found["body_ml"])
    print("meter body         %s%s" % (body, "" if counted else ", as before"))
    if counted:
        print(
            "water test         register %d L, counted %d L"
            % (counted[0] // 1000, counted[1] // 1000)
        )
    else:
        print("water test         FAILED")
    for what, passed, value in lines:
        verdict = "open" if passed is None else "passed" if passed else "FAILED"
        print("%-18s %s, %s" % (what, verdict, value))
    print("-" * 60)
    if is_done:
        print("Now meter.sleep(); the LED or meter.status() tells whether it counts in sleep.")
    else:
        print("It must not be left like this: meter.install() begins again.")
