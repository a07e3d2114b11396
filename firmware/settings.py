"""The configuration in force, without the table that it was checked by: that is large, and has
left the memory before anything else comes.
"""

from binascii import hexlify

from micropython import const

from board import board
from firmware.passing import call

_PROBES = const(("tds_pin", "product_tds_pin", "turbidity_pin", "thermometer_pin", "instrument"))
_GUARDS = const(("magnet_pin", "case_pin", "cable_pin"))


class Settings:
    """An attribute for each field of config.py; pulse_keys: what the counter depends on.

    is_plain: nothing is set of probes and of what tells of tampering. Such a group of fields, as
    that of a modem where there is none, is not here until somebody asks: each name that the
    interpreter has seen takes its heap until the wake is over.
    """

    device: str
    pulse_weight_ml: int
    pulse_weight_pulses: int
    pulse_sensor: str
    pulse_pin: int
    pulse_pin_b: int
    pulse_shortest_ms: int
    pulse_stable_us: int
    pulse_dead_ms: int
    q3_l_per_h: int
    burst_l_per_h: int
    burst_s: int
    commit_pulses: int
    wake_budget: int
    slot_s: int
    report_s: int
    broker_host: str
    broker_port: int
    broker_user: str
    broker_password: str
    broker_tls: int
    message_bytes: int
    quality_s: int
    tds_pin: int
    tds_switch_pin: int
    tds_factor_milli: int
    product_tds_pin: int
    product_tds_switch_pin: int
    turbidity_pin: int
    turbidity_switch_pin: int
    turbidity_divider_ppm: int
    thermometer_pin: int
    thermometer_switch_pin: int
    instrument: str
    instrument_unit: int
    instrument_tx_pin: int
    instrument_rx_pin: int
    instrument_direction_pin: int
    instrument_switch_pin: int
    filter_l: int
    filter_days: int
    water_limits: str
    magnet_pin: int
    case_pin: int
    cable_pin: int
    cable_low_mv: int
    cable_high_mv: int
    battery_low_mv: int
    changed_by: str
    link: str
    wifi_ssid: str
    wifi_password: str
    modem: str
    modem_tx_pin: int
    modem_rx_pin: int
    modem_supply_pin: int
    modem_key_pin: int
    modem_reset_pin: int
    apn: str
    band: int
    profile: str
    coarse: int
    valve_pin: int
    alarms_off: str
    notice_burst_s: int
    alarm_burst_s: int
    high_use_percent: int
    no_flow_days: int
    timezone_min: int
    is_plain: bool

    def __init__(self, pulse_keys):
        self._pulse_keys = pulse_keys

    def __getattr__(self, key):
        return call("firmware.config", "usual", key)

    def device_name(self, unique_id):
        """The meter's name. unique_id: of its chip, bytes."""
        return self.device or "rill-%s" % str(hexlify(unique_id), "ascii")

    def has_probes(self):
        """True when anything of the water's quality is measured, or a purifier watched."""
        if board.FLUSH_PIN is not None:
            return True
        return self._has(_PROBES)

    def is_guarded(self):
        """True when anything is fitted that tells of tampering."""
        return self._has(_GUARDS)

    def _has(self, keys):
        return not self.is_plain and any([getattr(self, key) not in (-1, "") for key in keys])

    def pulse_settings(self):
        """All that the counter's program depends on."""
        return [getattr(self, key) for key in self._pulse_keys]

    def sampling(self):
        """How the pulse line is looked at; ConfigError when the sensor's figures don't fit."""
        from firmware.core.sampling import Sampling  # not in a wake that knows it from before
        from firmware.hal.rtc_pins import PINS

        return Sampling(self, PINS)
