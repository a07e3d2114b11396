"""What the meter says of itself at the prompt, and how one leaves it."""

from firmware.console.facts import cubic_metres
from firmware.console.facts import status as facts


def greet(session):
    """Three lines: what this is, how it is, how to go on."""
    found = facts(session)
    print("Rill %s water meter %s" % (found["firmware"], found["device"] or found["chip"])[:79])
    print(
        "%s | waiting: %d readings | %s"
        % (
            cubic_metres(found["body_ml"]),
            found["readings_waiting"],
            "all is well" if not found["wrong"] else "%d wrong" % len(found["wrong"]),
        )
    )
    print("`meter` says how it is, meter.help() what it can do. Idle, it sleeps in 10 min.")


def status(session):
    found = facts(session)
    wrong = found["wrong"]
    for name, text in (
        ("meter", "%s, %s" % (found["device"], found["chip"])),
        ("firmware", "Rill %s, journal: %s" % (found["firmware"], found["journal"])),
        ("time", found["local_time"] or "not known yet: the first report asks for it"),
        ("odometer", "%s, %d pulses" % (cubic_metres(found["odometer_ml"]), found["pulses"])),
        ("meter body", cubic_metres(found["body_ml"])),
        ("counts in sleep", found["counts_in_sleep"]),
        ("battery", "%d mV" % found["battery_mv"]),
        ("configuration", found["configuration"]),
        ("broker", "%s over %s" % (found["broker"] or "none", found["link"])),
        ("last report", found["last_report"] or "none yet"),
        (
            "waiting",
            "%d readings, %d events" % (found["readings_waiting"], found["events_waiting"]),
        ),
    ):
        print("%-16s%s" % (name, text))
    print("All is well." if not wrong else "Wrong:")
    for sentence in wrong:
        print("  " + sentence)


def sleep(session):
    print("The meter goes to sleep and looks after itself.")
    session.end()
