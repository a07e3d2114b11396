"""Commissioning: it ends when the meter has proved that it counts and reports, or says it has not.

Each step can be tried again. The steps before the report and the summary behind it are in
commissioning.py, so that the report has their room.
"""

from micropython import const

from firmware.passing import call

_STEPS = const("firmware.console.commissioning")
_LINES = const("firmware.service.check_lines")


def install(session):
    print("Commissioning in six steps. Ctrl-C leaves it.")
    serial, name, counted = call(_STEPS, "begin", session)
    try:
        print("5 of 6: self-test, with a report that the broker has to acknowledge")
        lines = _tested(session) if counted else []
        print("6 of 6: photograph this")
        call(_STEPS, "summary", session, serial, name, counted, lines)
    except KeyboardInterrupt:
        print("\nNOT COMMISSIONED. Serial number and reading stay as they are set now.")
        raise


def _tested(session):
    from firmware.console.testing import checks

    while True:
        lines = []
        for line in checks(session):
            print("  " + call(_LINES, "shown", line))
            lines.append(line[:3])  # a report has no room for what to do, once it is said
        if call(_LINES, "is_proved", lines):
            return lines
        if not call(_STEPS, "is_wanted", session, "Something has failed. Try again? y or n: "):
            return lines
