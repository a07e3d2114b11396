"""What is wrong now, how the last report went, what has taken energy: nothing is changed."""

from firmware.service.local_time import local
from firmware.storage.modem_state import ModemState


def alarms(session):
    """By the last look for leaks: what it is, since when, how much, what to do."""
    from firmware.alarms_on import active
    from firmware.service.alarm_sentences import sentence

    config, now_s = session.config, session.now_s()

    def here(ago_s):
        return local(now_s - ago_s, config.timezone_min) if now_s else ""

    print("now: %s" % (here(0) or "the time is not known yet"))
    on, up_s, signs = active(session.state, config, session.retained)
    for change in on:
        print(sentence(change, up_s, here(up_s - change.since_s), signs))
    if not on:
        print("no alarm is on")


def link(session):
    """How the last report went, and what to do about it."""
    from firmware.service.link_faults import sentence, tried

    known, state = ModemState(session.retained), session.state
    if known.fault:
        print(sentence(known.fault, known.cause))
    else:
        print("the last report got through, or none was tried yet")
    if session.config.link == "wifi":
        print("reports failed in a row: %d" % state.failures)
        return
    if known.fault:
        print("tried last: %s" % tried(known.rung))
    if known.rsrp_dbm:
        print("signal %d dBm, coverage level %d" % (known.rsrp_dbm, known.ecl))
    else:
        print("the signal has not been measured yet")
    if known.active_s >= 0:
        print("power saving: T3324 %d s, T3412 %d s" % (known.active_s, known.periodic_s))
    else:
        print("power saving is not granted: the modem is switched off between reports")
    spent_j = (known.spent_mj + known.alarm_mj) // 1000
    print("energy of the day: %d J; reports failed in a row: %d" % (spent_j, state.failures))


def energy(session):
    """What is left of the cell; counts of docs/energy.md, until the last sum and since then."""
    from firmware.remaining import show
    from firmware.service.acts import COUNTS
    from firmware.storage.ledger import since, stored

    nvs = session.keeping.vault.nvs
    print(show(nvs, session.config.cell_mah))
    found = stored(nvs)[3:]
    print("counted for %d h, %d polls of the coprocessor" % (found[0] // 3600, found[1]))
    for name, total, more in zip(COUNTS, found[2:], since(nvs, session.retained)):
        if total or more:
            print("%s %d + %d" % (name, total, more))
