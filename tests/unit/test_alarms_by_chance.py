"""Promise: whatever befalls a meter without water, no alarm of water begins: resets anywhere in a
wake, lost power, clocks that are put back and forth, other pulse weights, a flash that fails, a
network that is away.
"""

import gc
import random

from expect import expect
from firmware.core import event
from firmware.core.leaks import terms
from meter import Meter
from watch import begun, wakes

_OF_WATER = (terms.CONTINUOUS, terms.SMALL_LEAK, terms.BURST, terms.HIGH_USE, terms.REVERSE)
_CONFIG = b'{"device": "m", "broker_host": "b", "report_s": 21600, "pulse_weight_ml": %d}'
_WEIGHTS_ML = (10, 1000, 10_000)
_STEPS_S = (-400_000, -4000, 0, 90_000)
_WAKES = 80
_LONGEST_WAKE = 60  # port calls of one


def _befalls(meter):
    what = random.randrange(48)
    if what < 3:
        meter.wake(random.randrange(1, _LONGEST_WAKE))
    elif what == 3:
        meter.lose_power()
        begun(meter)
    elif what == 4:
        meter.network.offset_s = random.choice(_STEPS_S)
        meter.press(early_ms=60_000)
    elif what == 5:
        meter.system.put_config(_CONFIG % random.choice(_WEIGHTS_ML))
    elif what == 6:
        meter.storage_fails = not meter.storage_fails
    elif what == 7:
        meter.network.no_broker = not meter.network.no_broker
    meter.wake()


def _dry(seed):
    gc.collect()  # of the meter before, whole: this one wants pieces of the size of its memory
    random.seed(seed)
    meter = Meter(_CONFIG % 1000)
    wakes(begun(meter), 1, pulses=3)
    for _ in range(_WAKES):
        _befalls(meter)
    meter.storage_fails = False
    meter.wake()
    kinds = [one.after // 10 for one in meter.events(event.ALARM)]
    expect((seed, [kind for kind in kinds if kind in _OF_WATER]), (seed, []))


def test_no_alarm_of_water_begins_without_water():
    for seed in range(3):
        _dry(seed)


def all_cases():
    for seed in range(3, 60):
        _dry(seed)
