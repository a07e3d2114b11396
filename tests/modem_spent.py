"""Runs on the simulated board: prints what the meter believes that its modem took today."""

from firmware.hal.power import Power
from firmware.storage.modem_state import ModemState
from firmware.storage.retained import RetainedState

retained = RetainedState(Power(0, ""))
retained.load()
known = ModemState(retained)
print("day", known.day, "mJ", known.spent_mj + known.alarm_mj)
