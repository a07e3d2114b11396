"""Sleep, the cause of waking, retained memory and the watchdog of the ESP32."""

import esp32
import machine
from micropython import const

_EXT1 = const(3)  # machine.wake_reason(): ESP_SLEEP_WAKEUP_EXT1
_LONGEST_MS = const(0x7FFFFFFF)


class Power:
    def __init__(self, button_pin):
        self._button_pin = button_pin
        self._watchdog = None

    def cause(self):
        reset = machine.reset_cause()
        if reset == machine.DEEPSLEEP_RESET:
            return "button" if machine.wake_reason() == _EXT1 else "timer"
        if reset == machine.PWRON_RESET:
            return "power_on"
        return "watchdog" if reset == machine.WDT_RESET else "reset"

    def deep_sleep_ms(self, n):
        if not 1 <= n <= _LONGEST_MS:
            # deepsleep(0) wakes at once: a reboot loop that empties the cell.
            raise ValueError("deep sleep of %d ms" % n)
        # Pin without a mode: the pad stays as the board wires it. Sources are lost at each boot.
        esp32.wake_on_ext1((machine.Pin(self._button_pin),), esp32.WAKEUP_ALL_LOW)
        machine.deepsleep(n)

    def retained_read(self):
        return machine.RTC().memory()

    def retained_write(self, data):
        machine.RTC().memory(data)

    def watchdog_ms(self, n):
        self._watchdog = machine.WDT(timeout=n)

    def feed(self):
        if self._watchdog:
            self._watchdog.feed()

    def unique_id(self):
        return machine.unique_id()
