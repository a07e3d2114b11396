"""Commissioning: it ends when the meter has proved that it counts and reports, or says it has not.

Each step can be tried again; Ctrl-C leaves what was done before. The steps before the report and
the summary behind it are in commissioning.py, so that the report has their room.
"""

from micropython import const

from firmware.passing import call

_STEPS = const("firmware.console.commissioning")


def install(session):
    print("Commissioning in six steps. Ctrl-C leaves it.")
    serial, name, counted = call(_STEPS, "begin", session)
    print("5 of 6: self-test, with a report that the broker has to acknowledge")
    lines = _tested(session) if counted else []
    print("6 of 6: photograph this")
    call(_STEPS, "summary", session, serial, name, counted, lines)


def _tested(session):
    from firmware.console.testing import checks

    while True:
        lines = []
        for line in checks(session):
            print("  " + call("firmware.service.check_lines", "shown", line))
            lines.append(line)
        if all([line[1] is not False for line in lines]):
            return lines
        if not call(_STEPS, "is_wanted", session, "Something has failed. Try again? y or n: "):
            return lines
