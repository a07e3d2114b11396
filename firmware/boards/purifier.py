"""The meter inside a water purifier: docs/purifier.md.

Mains power, a Hall sensor in the product line, TDS probes before and behind the membrane, and the
line that opens the flush valve.
"""

BUTTON_PIN = 0
LED_PIN = None  # of an LED that shows states, docs/field-guide.md
BATTERY_PIN = 35  # of the supply, 5 V through a third
BATTERY_DIVIDER_MILLI = 3000
ULP_MEASURE = "reassert"
FLUSH_PIN = 4  # high while the valve is open
DEFAULTS = {
    "pulse_sensor": "hall",
    "pulse_weight_ml": 10,
    "pulse_weight_pulses": 39,  # 3900 pulses a litre: 0.15 to 2.5 L/min
    "q3_l_per_h": 150,
    "burst_l_per_h": 0,
    "quality_s": 3600,
    "tds_pin": 33,
    "tds_switch_pin": 25,
    "product_tds_pin": 36,
    "product_tds_switch_pin": 13,
    "thermometer_pin": 27,
    "thermometer_switch_pin": 14,
    # Of the filter that is spent first: carbon 3 to 8 m3 and 6 to 12 months.
    "filter_l": 3000,
    "filter_days": 365,
}
