"""Sleep, the cause of waking, retained memory and the watchdog of the ESP32."""

import esp32
import machine
from micropython import const

from firmware.hal import chip

# machine.wake_reason(): ESP_SLEEP_WAKEUP_EXT0, _EXT1, _ULP
_WAKE_CAUSES = {2: "button", 3: "button", 6: "ulp"}
_LONGEST_MS = const(0x7FFFFFFF)
_RESET_STATE = const(0x3FF48034)  # RTC_CNTL_RESET_STATE_REG of the plain ESP32
_RESET_CAUSE = const(0x3F)
_BROWN_OUT = const(15)  # RTCWDT_BROWN_OUT_RESET of ESP-IDF rom/rtc.h


class Power:
    """measure: the board's ULP_MEASURE. button_pin: pulled low by the button."""

    def __init__(self, button_pin, measure):
        self._button_pin = button_pin
        self._measure = measure
        self._watchdog = None
        self.dozed_ms = 0

    def cause(self):
        reset = machine.reset_cause()
        if reset == machine.DEEPSLEEP_RESET:
            return _WAKE_CAUSES.get(machine.wake_reason(), "timer")
        if reset == machine.PWRON_RESET:
            return "power_on"
        if reset == machine.SOFT_RESET:
            return "restart"
        return "watchdog" if reset == machine.WDT_RESET else "reset"

    def was_brown_out(self):
        """True when cause() is "power_on" because the voltage broke down."""
        if chip.name() != "ESP32":
            return False  # the others keep it elsewhere
        return machine.mem32[_RESET_STATE] & _RESET_CAUSE == _BROWN_OUT

    def deep_sleep_ms(self, n):
        if not 1 <= n <= _LONGEST_MS:
            # deepsleep(0) wakes at once: a reboot loop that empties the cell.
            raise ValueError("deep sleep of %d ms" % n)
        # Pin without a mode: the pad stays as the board wires it. Sources are lost at each boot.
        button = machine.Pin(self._button_pin)
        if self._measure == "ext0":
            # ESP-IDF then keeps the RTC peripherals powered; it excludes a wake by the ULP.
            esp32.wake_on_ext0(button, esp32.WAKEUP_ALL_LOW)
        elif hasattr(esp32, "ULP"):
            esp32.wake_on_ext1((button,), esp32.WAKEUP_ALL_LOW)
            esp32.wake_on_ulp(True)
        # Other chips come here to restart only; some have neither.
        machine.deepsleep(n)

    def restart(self):
        # The interpreter alone: some ten milliseconds, and no bootloader.
        machine.soft_reset()

    def reset(self):
        machine.reset()

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
