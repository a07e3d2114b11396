from border import LINE_GET, LINE_HOLD, LINE_SET, PIN_PULL, border


class Line:
    def __init__(self, pin, active_low=False, is_on=False):
        self._pin = pin
        self._active_low = active_low
        self._set(is_on)
        border.call(LINE_HOLD, self._pin << 1)

    def hold(self):
        border.call(LINE_HOLD, self._pin << 1 | 1)

    def on(self):
        self._set(True)

    def off(self):
        self._set(False)

    def is_on(self):
        return self._on

    def _set(self, on):
        self._on = on
        border.call(LINE_SET, self._pin << 1 | (on != self._active_low))


class Input:
    def __init__(self, pin, active_low=False):
        self._pin = pin
        self._active_low = active_low

    def is_on(self):
        return bool(border.call(LINE_GET, self._pin)) != self._active_low


class Contact:
    def __init__(self, pin):
        self._pin = pin

    def on(self):
        border.call(PIN_PULL, self._pin << 1 | 1)

    def off(self):
        border.call(PIN_PULL, self._pin << 1)

    def is_closed(self):
        return not border.call(LINE_GET, self._pin)
