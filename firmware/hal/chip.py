"""Which chip and which image this is."""

import sys

_OTHERS = ("S2", "S3", "C2", "C3", "C5", "C6", "H2", "P4")  # families with another coprocessor


def name():
    """ESP32 for every plain one, else ESP32S3 ..., as the image was built for."""
    # "Generic ESP32 module with ESP32", "TinyPICO with ESP32-PICO-D4", "... with ESP32-S2FN4R2"
    model = sys.implementation._machine.split(" with ")[-1].replace("-", "")
    family = model[len("ESP32") :][:2]
    return "ESP32" + family if family in _OTHERS else "ESP32"


def image_version():
    """Of MicroPython, as three numbers."""
    return tuple(sys.implementation.version[:3])
