"""Light sleep between two questions to a modem. In memory only in a report that has to wait."""

import time

import esp32
import machine

from firmware.hal import chip, slow_clock


def doze_ms(serial, n):
    if chip.name() != "ESP32":
        time.sleep_ms(n)  # in light sleep ESP-IDF lets go of all pads of the S3, C3 and others
        return 0
    serial.uart.flush()
    # What the sleep before has left; line.py asks for it again.
    esp32.gpio_deep_sleep_hold(False)  # type: ignore[attr-defined]  # not in stubs
    calibration, began_ms = slow_clock.calibration(), time.ticks_ms()
    machine.lightsleep(n)
    slow_clock.keep(calibration)
    return time.ticks_diff(time.ticks_ms(), began_ms)
