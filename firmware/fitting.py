"""Whether the probes and switches that the configuration names can be fitted like that."""

from micropython import const

from board import board
from firmware.config import FIELDS
from firmware.core.errors import ConfigError
from firmware.core.limits import LIMITS
from firmware.pins import of_the_meter, use

_ADC1_PINS = (32, 33, 34, 35, 36, 37, 38, 39)
_ANALOG = ("tds", "product_tds", "turbidity")
_ALL = _ANALOG + ("thermometer",)
_GUARDS = ("magnet_pin", "case_pin", "cable_pin")
# Of a message, beside its quality values; of each value at its longest; values of a purifier.
_MESSAGE_BYTES, _VALUE_BYTES, _PURIFIER_VALUES = const(320), const(48), const(8)


def check(config):
    """ConfigError when the probes can't be fitted like that."""
    for name in _ANALOG + ("cable",):
        pin = getattr(config, name + "_pin")
        if pin >= 0 and pin not in _ADC1_PINS:
            raise ConfigError(
                "%s_pin is %d, but must be 32 to 39: ADC2 can't be read beside the radio"
                % (name, pin)
            )
    used = of_the_meter(config)
    for name in _ALL:
        use(used, config, name + "_pin")
    for name in ("tds", "product_tds"):
        if getattr(config, name + "_pin") >= 0 and getattr(config, name + "_switch_pin") < 0:
            raise ConfigError(
                "%s_pin is set, but %s_switch_pin is not: power at all times destroys the probe"
                % (name, name)
            )
    _check_needed(config)
    for name in _ALL:
        key = name + "_switch_pin"
        if getattr(config, key) >= 0 and getattr(config, name + "_pin") < 0:
            raise ConfigError("%s switches a probe that is not there: set %s_pin" % (key, name))
        use(used, config, key)
    _check_instrument(used, config)
    for key in _GUARDS:
        use(used, config, key)
    if config.cable_low_mv >= config.cable_high_mv:
        raise ConfigError(
            "cable_low_mv is %d, but must be below cable_high_mv, %d"
            % (config.cable_low_mv, config.cable_high_mv)
        )
    _check_purifier(config)
    if config.water_limits not in LIMITS:
        known = ", ".join(sorted(LIMITS))
        raise ConfigError("water_limits is %r, but must be %s" % (config.water_limits, known))
    _check_message(config)


def _check_needed(config):
    has_tds = config.tds_pin >= 0 or config.product_tds_pin >= 0
    usual = {field[0]: field[1] for field in FIELDS}
    for key, is_needed, probe in (
        ("tds_factor_milli", has_tds, "tds_pin"),
        ("turbidity_divider_ppm", config.turbidity_pin >= 0, "turbidity_pin"),
        ("instrument_unit", config.instrument, "instrument"),
        ("quality_s", config.has_probes(), "any probe"),
        ("cable_low_mv", config.cable_pin >= 0, "cable_pin"),
        ("cable_high_mv", config.cable_pin >= 0, "cable_pin"),
    ):
        if getattr(config, key) != usual[key] and not is_needed:
            raise ConfigError("%s is of something that is not fitted: set %s" % (key, probe))
    if config.has_probes() and config.quality_s % config.slot_s:
        raise ConfigError(
            "quality_s is %d, but must be a multiple of slot_s, %d"
            % (config.quality_s, config.slot_s)
        )


def _check_instrument(used, config):
    if config.instrument:
        from firmware.core.instruments import INSTRUMENTS

        if config.instrument not in INSTRUMENTS:
            known = ", ".join(sorted(INSTRUMENTS))
            raise ConfigError("instrument is %r, but must be %s" % (config.instrument, known))
    for name in ("tx", "rx", "direction", "switch"):
        key = "instrument_%s_pin" % name
        is_set = getattr(config, key) >= 0
        if is_set and not config.instrument:
            raise ConfigError("%s is set, but no instrument" % key)
        if config.instrument and not is_set and name in ("tx", "rx"):
            raise ConfigError("instrument is %r, but %s is not set" % (config.instrument, key))
        use(used, config, key)


def _check_purifier(config):
    if board.FLUSH_PIN is None:
        if config.filter_l or config.filter_days:
            raise ConfigError("filter_l and filter_days are for the board of a purifier")
        return
    if config.pulse_sensor != "hall":
        raise ConfigError("the board of a purifier is awake: pulse_sensor must be hall")
    if config.tds_pin < 0 or config.product_tds_pin < 0:
        raise ConfigError("a purifier has two TDS probes: set tds_pin and product_tds_pin")


def _check_message(config):
    values = len([name for name in _ALL if getattr(config, name + "_pin") >= 0])
    if config.instrument:
        from firmware.core.instruments import INSTRUMENTS

        values += len(INSTRUMENTS[config.instrument].values)
    if board.FLUSH_PIN is not None:
        values += _PURIFIER_VALUES
    least = _MESSAGE_BYTES + values * _VALUE_BYTES
    if config.message_bytes < least:
        raise ConfigError(
            "message_bytes is %d, but a reading with %d quality values needs %d"
            % (config.message_bytes, values, least)
        )
