from border import (
    CAUSE,
    DEEP_SLEEP_MS,
    FEED,
    PEEK,
    RESET,
    RESTART,
    ULP_WAKES,
    WATCHDOG_MS,
    border,
)

_CAUSES = ("power_on", "reset", "watchdog", "timer", "button", "ulp", "restart")


class Power:
    def __init__(self, button_pin, measure):
        self._button_pin = button_pin
        self._measure = measure
        self.dozed_ms = 0

    def cause(self):
        return _CAUSES[border.call(CAUSE)]

    def was_brown_out(self):
        return border.call(PEEK, 0x3FF48034) & 0x3F == 15

    def deep_sleep_ms(self, n):
        if not 1 <= n < 1 << 31:
            raise ValueError("deep sleep of %d ms" % n)
        if self._measure != "ext0":
            border.call(ULP_WAKES)
        border.never_return(DEEP_SLEEP_MS, n)

    def restart(self):
        border.never_return(RESTART)

    def reset(self):
        border.never_return(RESET)

    def retained_read(self):
        return border.retained_read()

    def retained_write(self, data):
        border.retained_write(data)

    def watchdog_ms(self, n):
        border.call(WATCHDOG_MS, n)

    def feed(self):
        border.call(FEED)

    def unique_id(self):
        return b"\x24\x0a\xc4\x00\x00\x01"
