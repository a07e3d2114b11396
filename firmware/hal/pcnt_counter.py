"""The pulse counter of a board that stays awake: PCNT, for Hall sensors of hundreds of hertz.

The hardware counts 16 bits, machine.Counter carries them on; it stops in deep sleep and begins
at zero after each reset. Its filter swallows what is shorter than 12.8 us: it is for sensors
that don't bounce, a reed belongs to the coprocessor (counter.py).
"""

from time import sleep_us, ticks_diff, ticks_ms

import machine
from micropython import const

from firmware.hal import chip
from firmware.hal.counts import Counts

_UNIT = const(0)
_FILTER_NS = const(12_800)  # the longest that PCNT can: 1023 cycles of 80 MHz
_FIRST_IMAGE = (1, 26, 1)
_LAYOUT_WORD = const(0)  # of the coprocessor's program: ulp_words.py
_MINUTE_MS = const(60_000)
_MINUTES = const(34)


class PulseCounter:
    """Falling edges of one pin. OSError on an image or a chip without machine.Counter."""

    stays_awake = True
    was_stopped = False  # where it stood still, it begins at zero

    def __init__(self, config):
        if not hasattr(machine, "Counter"):
            raise OSError(_why_not())
        self._gpio = config.pulse_pin
        self._counter = None
        self._pulses = 0  # at the last look
        self._wet_ms = []  # when water was seen, newest first, once in a minute

    def start(self, fresh=False, keep_any=False):
        """See that it counts. True when it began at zero now, as it does after each boot."""
        if self._counter:
            return False
        if chip.name() == "ESP32":
            _end_coprocessor(self._gpio)
        # With a mode the pad becomes a digital one, which PCNT needs. The pull is for sensors with
        # an open collector; GPIO 34 to 39 have none.
        pin = machine.Pin(self._gpio, machine.Pin.IN, machine.Pin.PULL_UP)
        self._counter = machine.Counter(
            _UNIT, pin, edge=machine.Counter.FALLING, filter_ns=_FILTER_NS
        )
        return True

    def read(self):
        pulses = self._counter.value() & 0xFFFFFFFF
        if pulses != self._pulses:
            self._pulses = pulses
            self._note_water(ticks_ms())
        return Counts(pulses, 0, 0, 0, 0, 0, 0, 0, 0, None, None, None, None)

    def _note_water(self, now_ms):
        wet_ms = self._wet_ms
        if len(wet_ms) > 1 and ticks_diff(now_ms, wet_ms[1]) < _MINUTE_MS:
            wet_ms[0] = now_ms
        else:
            wet_ms.insert(0, now_ms)
            del wet_ms[_MINUTES:]

    def recent(self):
        """Recent. Of hundreds of pulses in a second: the last one that was seen in each minute."""
        from firmware.hal.recent import Recent

        now_ms = ticks_ms()
        # Ticks wrap after 12 days, of which half can be told from the future.
        ages_ms = [ticks_diff(now_ms, wet_ms) for wet_ms in self._wet_ms]
        return Recent([ms // 1000 for ms in ages_ms if ms >= 0], 0, None, 0)

    def commit(self, pulses):
        pass  # nobody sleeps who would have to be woken

    def allow(self, wakes, least):
        pass

    def heed(self, counts):
        pass

    def prepare_sleep(self):
        pass

    def hush(self):
        pass


def _why_not():
    version = chip.image_version()
    if version < _FIRST_IMAGE:
        return (
            "pulse_sensor hall needs machine.Counter of MicroPython 1.26.1 or newer; this image"
            " is %d.%d.%d" % version
        )
    return (
        "pulse_sensor hall needs machine.Counter of MicroPython 1.26.1 or newer; this image is"
        " %d.%d.%d, but for the %s, which has no pulse counter" % (version + (chip.name(),))
    )


def _end_coprocessor(gpio):
    """A reed may have been here before: its program takes the pad back at each poll.

    Its counts are forgotten, or a later reed would go on from them.
    """
    from firmware.hal import rtc
    from firmware.hal.rtc_pads import PADS
    from firmware.hal.ulp_words import RUN_US, STAGED

    rtc.ulp_off()
    sleep_us(RUN_US)
    rtc.write_word(_LAYOUT_WORD, 0)
    rtc.write_word(STAGED, 0)
    if gpio in PADS:  # a pad that is held keeps to the RTC
        machine.mem32[PADS[gpio][1]] &= ~(1 << PADS[gpio][6]) & 0xFFFFFFFF
