"""GPIOs that the coprocessor of a plain ESP32 can read; rtc_pads.py has their registers."""

PINS = (0, 2, 4, 12, 13, 14, 15, 25, 26, 27, 32, 33, 34, 35, 36, 39)
