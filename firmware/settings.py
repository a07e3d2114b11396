"""The configuration in force, without the table that it was checked by: that is large, and has
left the memory before anything else comes.
"""

from binascii import hexlify

from board import board
from firmware.passing import call


class Settings:
    """An attribute for each field of config.py, but those of probes, or of a modem, where all of
    them are as usual: each name that the interpreter has seen takes its heap until the wake is
    over. Who asks for one all the same gets it from the table.
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
    report_window_s: int
    report_offset_s: int
    profile: str
    coarse: int
    valve_pin: int
    alarms_off: str
    notice_burst_s: int
    alarm_burst_s: int
    high_use_percent: int
    no_flow_days: int
    timezone_min: int
    cell_mah: int
    planned_years: int

    def __init__(self, has_probes, is_guarded):
        self._has_probes = has_probes
        self._is_guarded = is_guarded

    def __getattr__(self, key):
        return call("firmware.config", "usual", key)

    def device_name(self, unique_id):
        """The meter's name. unique_id: of its chip, bytes."""
        return self.device or "rill-%s" % str(hexlify(unique_id), "ascii")

    def has_probes(self):
        """True when anything of the water's quality is measured, or a purifier watched."""
        return self._has_probes or board.FLUSH_PIN is not None

    def is_guarded(self):
        """True when anything is fitted that tells of tampering."""
        return self._is_guarded

    def pulse_settings(self):
        """All that the counter's program depends on."""
        return [
            self.pulse_weight_ml, self.pulse_weight_pulses, self.pulse_sensor, self.pulse_pin,
            self.pulse_pin_b, self.pulse_shortest_ms, self.pulse_stable_us, self.pulse_dead_ms,
            self.q3_l_per_h, self.burst_l_per_h, self.burst_s, self.commit_pulses,
        ]  # fmt: skip

    def sampling(self):
        """How the pulse line is looked at; ConfigError when the sensor's figures don't fit."""
        from firmware.core.sampling import Sampling  # not in a wake that knows it from before
        from firmware.hal.rtc_pins import PINS

        return Sampling(self, PINS)
