"""Pins of a plain ESP32 development board with a reed on GPIO32 and a 1:1 battery divider."""

PULSE_PIN = 32  # external pull-up 1 MOhm, reed to ground
BUTTON_PIN = 0  # the BOOT button: report now
BATTERY_PIN = 35
BATTERY_DIVIDER_MILLI = 2000  # cell voltage = pin voltage * 2000 / 1000
