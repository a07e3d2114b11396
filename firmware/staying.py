"""The time between the wakes of a meter that stays awake: it counts, and looks around."""

from micropython import const

from firmware import counting

_LOOK_MS = const(1000)
_MINUTE_MS = const(60_000)  # its sensor may be fast: flash is written so often at the most


def stay(ms, *, clock, power, counts, state, config, purifier, look_at_clock, commit, store_count):
    """Return after so many ms, or earlier when the probes are to be read.

    counts: Counting. purifier: a Purifier or None.
    """
    began = clock.ticks_ms()
    now_ms = stored_ms = looked_ms = 0
    while now_ms < ms:
        clock.sleep_ms(_LOOK_MS)
        before_ms, now_ms = now_ms, clock.elapsed_ms(began)
        power.feed()
        counts.take(state, config)
        if now_ms - looked_ms >= _MINUTE_MS:
            look_at_clock()  # often: what the clock is worth is known for now, and not later
            looked_ms = now_ms
        is_due = purifier and purifier.watch(state, now_ms - before_ms)
        if is_due:
            state.next_quality_s = look_at_clock()
        commit()
        if counting.unstored(state) >= config.commit_pulses and now_ms - stored_ms >= _MINUTE_MS:
            store_count()
            stored_ms = now_ms
        if is_due:
            return
