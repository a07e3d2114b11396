"""The pulse counter of the sleeping ESP32: the program ulp_counter.S in RTC slow memory.

It goes on through deep sleep and through software, panic and watchdog resets. A wake finds it
running and leaves it alone when it is the program, with the settings, that this firmware would
load; another one is replaced, and its counts and what it believes of the reeds are taken over.
While it runs, its counters are written by it alone. docs/ulp.md has every path.
"""

from binascii import crc32
from time import sleep_us

from micropython import const

from firmware.hal import chip, rtc, slow_clock, ulp_words
from firmware.hal.counts import Counts
from firmware.hal.ulp_version import VERSION

# Words of ulp_counter.S; of the state words, counted from begin.
_IDENTITY = const(1)
_BEGIN = const(4)
_END = const(49)
_COMMITTED = const(59)
_SEEN = const(60)
_UNTIL = const(61)
_REQUESTS = const(13)
_USED = const(14)

_NEVER = const(0x8000)  # upper 16 bits of the time of a pulse that has not come
_READS = const(10)


class Counter:
    """One or two reeds behind the coprocessor. OSError on a chip that has another one.

    config: its pulse_settings() tell one meter from another, its sampling() is asked for only
    when the program must be loaded. measure: the board's ULP_MEASURE.
    """

    stays_awake = False

    def __init__(self, config, measure):
        if chip.name() != "ESP32":
            raise OSError(
                "only the coprocessor of a plain ESP32 counts in sleep; this is %s: with"
                " pulse_sensor hall a chip that has PCNT counts awake" % chip.name()
            )
        self._config = config
        self._measure = measure
        self.was_stopped = False  # start() found that it had stood still

    def start(self, fresh=False, keep_any=False):
        """See that the program runs. True when it began at zero now.

        fresh: what memory holds is of an earlier life and must not be taken over.
        keep_any: the settings are not known, so any sound program shall go on.
        """
        identity = crc32(repr((VERSION, self._measure, self._config.pulse_settings())))
        is_sound = not fresh and ulp_words.is_sound()
        is_wanted = is_sound and (keep_any or rtc.word(_IDENTITY) == identity)
        # It may have been stopped for a reload that a reset has cut short.
        self.was_stopped = is_sound and not rtc.ulp_is_on()
        if is_wanted and not self.was_stopped:
            return False
        from firmware.hal import ulp_loader  # only now: most wakes find it running

        if self._measure == "force_on":
            rtc.force_on()  # it changes how long a start takes
        if is_wanted:
            ulp_loader.run(self._config.sampling())
            return False
        sampling = self._config.sampling()
        begun = ulp_loader.load(sampling, identity, fresh, is_sound, rtc.start_cycles())
        self.was_stopped = self.was_stopped or begun == "staged"
        return begun == "zero"

    def read(self):
        """Counts, all of one instant; OSError when the coprocessor is out of order."""
        for _ in range(_READS):
            end = rtc.half_word(_END)
            words = ulp_words.state()
            if rtc.half_word(_BEGIN) == end:
                break
            sleep_us(ulp_words.RUN_US)
        else:
            raise OSError("the coprocessor's counters never rest")
        wide = ulp_words.wide
        return Counts(
            wide(words, 1),
            wide(words, 3),
            wide(words, 5),
            wide(words, 32) + wide(words, 40) & 0xFFFFFFFF,
            words[10],
            words[11],
            words[12],
            words[_REQUESTS],
            words[_USED],
            None if words[9] >= _NEVER else words[9] << 32 | wide(words, 7),
            ulp_words.paced_ticks(words),
            slow_clock.ticks(),
            sum([wide(words, ulp_words.RUNS + n) for n in (0, 2, 4)]) & 0xFFFFFFFF,
        )

    def recent(self):
        """Recent; OSError as read()."""
        from firmware.hal.ulp_ring import recent  # not in each wake

        return recent()

    def commit(self, pulses):
        """So many pulses, forward and reverse, are on flash; the wake for more counts on."""
        rtc.write_word(_COMMITTED, pulses & 0xFFFF)

    def allow(self, wakes, least):
        """From now on so many wakes because of marks; None: what is left, but at least `least`."""
        used = rtc.half_word(_BEGIN + _USED)
        if wakes is None and rtc.half_word(_UNTIL) - used & 0xFFFF < least:
            wakes = least
        if wakes is not None:
            rtc.write_word(_UNTIL, used + wakes & 0xFFFF)

    def heed(self, counts):
        """All that counts says has been dealt with; what came since will wake the chip."""
        rtc.write_word(_SEEN, counts.requests)

    def hush(self):
        """What was asked for until now shall not wake the chip."""
        rtc.write_word(_SEEN, rtc.half_word(_BEGIN + _REQUESTS))

    def prepare_sleep(self):
        """The board's measure that keeps the coprocessor awake in deep sleep."""
        if self._measure == "hold":
            for gpio in self._config.sampling().pins():
                rtc.hold(gpio)
        elif self._measure == "force_on":
            rtc.force_on()
