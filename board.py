"""Which board this is: one of firmware/boards. An update of the firmware leaves this file."""

from firmware.boards import generic_esp32 as board  # noqa: F401
