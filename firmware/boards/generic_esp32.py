"""Pins of a plain ESP32 development board with half the cell's voltage at GPIO35.

The pins of the sensors are in the configuration. ULP_MEASURE keeps the coprocessor counting
in deep sleep, docs/ulp.md has the ladder: "reassert" (nothing but what the program does itself),
"hold", "force_on", "ext0".
"""

BUTTON_PIN = 0  # the BOOT button: report now
LED_PIN = None  # of an LED that shows states, docs/field-guide.md
BATTERY_PIN = 35
BATTERY_DIVIDER_MILLI = 2000  # cell voltage = pin voltage * 2000 / 1000
ULP_MEASURE = "reassert"
FLUSH_PIN = None  # no purifier
DEFAULTS: dict = {}  # of the configuration, where they differ from those of firmware/config.py
