"""Which counter is behind the sensor that is configured."""

from board import board


def open_counter(config):
    """The pulse counter for the configured sensor; OSError when this chip or image has none.

    config: None when it could not be read.
    """
    if config is None:
        from firmware.config import checked

        config = checked({})
    if config.pulse_sensor == "hall":
        from firmware.hal.pcnt_counter import PulseCounter

        return PulseCounter(config)
    from firmware.hal.counter import Counter

    return Counter(config, board.ULP_MEASURE)
