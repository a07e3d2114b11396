"""How often to look at a pulse line, and what to believe: derived from the sensor's figures.

The coprocessor cannot see edges, it samples. Why these numbers of samples: docs/ulp.md.
"""

from micropython import const

from firmware.core.errors import ConfigError

SENSORS = ("reed", "electronic", "hall")
_POLL_US = const(1000)  # no sampling faster than this: 95 uA
_SLOWEST_US = const(100_000)  # nor slower: the timer has 16 bits, 385 ms at 170 kHz
# samples in a row that are believed: (on a calm line, on one that has bounced)
_REED = (10, 24)
_PAIR = (5, 5)  # two reeds: the order of their changes is the filter
_ELECTRONIC = (2, 2)
_REED_STABLE_US = const(46_000)
_PAIR_STABLE_US = const(8_000)
_REED_DEAD_MS = const(100)
_BOUNCE_US = const(5_000)  # of a reed, at its closing
_CLOCK_PERCENT = const(87)  # the slow clock may be this much slower than when it was measured
# Pulses faster than 1.25 * Q4 = 1.25 * 1.25 * Q3 are not water of this meter: 3600 s / 1.5625.
_OVERRATE_S = const(2304)
_RING = const(34)  # pulses whose times the coprocessor can remember
_OF_Q3 = const(5)  # of a burst that is not configured
_SHORTEST_BURST_S = const(5)  # its times have units of 0.44 s
_RING_S = const(25_000)  # its times wrap after 65536 * 65536 cycles: 7 h at 170 kHz


class Sampling:
    """Attributes, times in microseconds unless the name says otherwise:

    pin, pin_b: GPIO of the reeds, pin_b -1 for none
    idle_us, calm_us, strict_us: from poll to poll on a line that rests, that shows another
        level than the believed one, that does so after a candidate has been broken
    calm_samples, strict_samples: equal samples that are believed
    dead_us: a pulse so soon after another is bounce
    fastest_us: two pulses closer than this are too fast for the meter, 0: never
    burst_pulses, burst_s: so many pulses within that time are a burst, 0: never
    commit_pulses: wake the CPU when so many are not on flash yet
    """

    def __init__(self, config, readable_pins):
        """From the fields pulse_*, q3_l_per_h, burst_*, commit_pulses; ConfigError.

        readable_pins: GPIOs that the coprocessor can read.
        """
        self.sensor = config.pulse_sensor
        self.pin = config.pulse_pin
        self.pin_b = config.pulse_pin_b
        self.commit_pulses = config.commit_pulses
        if self.sensor not in SENSORS:
            raise ConfigError(
                "pulse_sensor is %r, but must be one of %s" % (self.sensor, ", ".join(SENSORS))
            )
        if self.pin_b == self.pin:
            raise ConfigError("pulse_pin_b is %d like pulse_pin: two reeds need two" % self.pin)
        if self.sensor == "hall":
            if self.pin_b >= 0:
                raise ConfigError("pulse_pin_b is for a second reed; a hall sensor has one pin")
            return
        for key, pin in (("pulse_pin", self.pin), ("pulse_pin_b", self.pin_b)):
            if pin >= 0 and pin not in readable_pins:
                raise ConfigError(
                    "%s is %d, which the coprocessor can't read; it reads %s"
                    % (key, pin, ", ".join([str(readable) for readable in readable_pins]))
                )
        self._poll(config)
        self._limit(config)

    def pins(self):
        """One GPIO or two."""
        return (self.pin,) if self.pin_b < 0 else (self.pin, self.pin_b)

    def _poll(self, config):
        shortest_us = 1000 * config.pulse_shortest_ms
        stable_us = config.pulse_stable_us
        bounce_us = _BOUNCE_US
        if self.sensor == "electronic":
            samples = _ELECTRONIC
            stable_us = stable_us or min(shortest_us // 3, _SLOWEST_US)
            bounce_us = shortest_us // 5
        elif self.pin_b >= 0:
            samples = _PAIR
            stable_us = stable_us or _PAIR_STABLE_US
        else:
            samples = _REED
            stable_us = stable_us or _REED_STABLE_US
        self.calm_samples, self.strict_samples = samples
        # The first of them is the one that found the change.
        self.calm_us = stable_us // (self.calm_samples - 1)
        self.strict_us = stable_us // (self.strict_samples - 1)
        if self.strict_us < _POLL_US:
            raise ConfigError(
                "pulse_stable_us is %d, but must be at least %d: %d polls of %d us"
                % (stable_us, (samples[1] - 1) * _POLL_US, samples[1] - 1, _POLL_US)
            )
        if self.calm_us > _SLOWEST_US:
            raise ConfigError(
                "pulse_stable_us is %d, but must be at most %d: %d polls of %d us"
                % (stable_us, (samples[0] - 1) * _SLOWEST_US, samples[0] - 1, _SLOWEST_US)
            )
        # A level lasts this long for certain; of two reeds until the other one changes.
        lasts_us = shortest_us // 2 if self.pin_b >= 0 else shortest_us
        spare_us = (lasts_us - bounce_us) * _CLOCK_PERCENT // 100 - stable_us
        self.idle_us = min(shortest_us // 4, spare_us, _SLOWEST_US)
        if self.sensor == "electronic":
            self.idle_us = min(stable_us, spare_us)
        if self.idle_us < self.strict_us * 9 // 10:
            raise ConfigError(
                "pulse_shortest_ms is %d, too short for a level that must be stable for %d us"
                % (config.pulse_shortest_ms, stable_us)
            )
        self._rest(config, 2 * shortest_us * _CLOCK_PERCENT // 100 - self.idle_us)

    def _rest(self, config, longest_us):
        """The dead time; two pulses may be no more than longest_us apart."""
        self.dead_us = 1000 * config.pulse_dead_ms
        if config.pulse_dead_ms < 0:
            is_one_reed = self.sensor == "reed" and self.pin_b < 0
            self.dead_us = min(1000 * _REED_DEAD_MS, longest_us) if is_one_reed else 0
        if self.dead_us > longest_us:
            raise ConfigError(
                "pulse_dead_ms is %d, but two pulses may be only %d ms apart by pulse_shortest_ms"
                % (config.pulse_dead_ms, longest_us // 1000)
            )

    def _limit(self, config):
        weight_ml, pulses = config.pulse_weight_ml, config.pulse_weight_pulses
        fastest_us = _OVERRATE_S * 1000 * weight_ml // (config.q3_l_per_h * pulses)
        # A pulse is seen up to a poll and its bounce late.
        self.fastest_us = max(0, fastest_us - self.idle_us - _BOUNCE_US)
        self.burst_pulses = self.burst_s = 0
        burst_l_per_h = config.burst_l_per_h
        if burst_l_per_h < 0:
            burst_l_per_h = config.q3_l_per_h // _OF_Q3
        if burst_l_per_h:
            self._burst(weight_ml, pulses, burst_l_per_h, config.burst_s)

    def _burst(self, weight_ml, pulses, burst_l_per_h, burst_s):
        """burst_l_per_h for burst_s, as a number of pulses within the time they span."""
        hourly_ml = 1000 * burst_l_per_h * pulses
        intervals = max(1, min(_RING, hourly_ml * burst_s // (3600 * weight_ml)))
        span_s = 3600 * weight_ml * intervals // hourly_ml
        while intervals > 1 and intervals * span_s > _RING_S:
            intervals //= 2
            span_s = 3600 * weight_ml * intervals // hourly_ml
        if _SHORTEST_BURST_S <= span_s <= _RING_S:
            self.burst_pulses, self.burst_s = intervals + 1, span_s
