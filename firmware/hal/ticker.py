"""Something done again and again, also while Python's prompt waits for a line."""

import machine


class Ticker:
    """act() each period_ms, between two steps of the interpreter. Ends with the interpreter."""

    def __init__(self, period_ms, act):
        self._timer = machine.Timer(1)  # PPP uses 0 in some images
        self._timer.init(
            period=period_ms, mode=machine.Timer.PERIODIC, callback=lambda timer: act()
        )
