"""Power for a probe only while it is read."""


def powered(switch, clock, settle_ms, act):
    """What act() returns, settle_ms after power. switch: a Line, None: it can't be switched."""
    if switch:
        switch.on()
    try:
        clock.sleep_ms(settle_ms)
        return act()
    finally:
        if switch:
            switch.off()
