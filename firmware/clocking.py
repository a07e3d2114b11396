"""The meter's clock is set by the network, at the beginning of a report. In memory only then."""

from micropython import const

from firmware.core import event, record, syncing

_WORTH_TELLING_S = const(1)


def set_clock(link, clock, store, state, keeping, commit):
    """The arguments are those of report()."""
    try:
        network_s = link.network_time_s()
    except OSError as error:
        print("no time from the network: %s" % error)
        return
    keeping.look_at_clock()
    before_s, is_known = state.time.now_s(), state.time.is_known()
    outcome = state.time.sync(network_s, _newest_s(store))
    commit()
    if outcome in (syncing.SET, syncing.STEPPED):
        after_s = state.time.now_s()
        # Our own time is the state's; this one is what a person at the prompt is shown.
        clock.set_epoch_s(after_s)
        state.time.rebase(*clock.slow())
        commit()
        if not is_known or abs(after_s - before_s) > _WORTH_TELLING_S:
            keeping.note(event.CLOCK_SET, before_s if is_known else 0, after_s)
    elif outcome != syncing.KEPT:
        print("the network's time %d is not believed" % network_s)
        keeping.note(event.CLOCK_DOUBTED, before_s, network_s)


def _newest_s(store):
    """Unix time of the newest reading, 0 when it has none; the network can't be before it."""
    last = store and store.last_reading()
    if not last:
        return 0
    if not last.flags & record.TIME_UNKNOWN:
        return last.time_s
    return store.freezes().last_s()  # power was lost behind it
