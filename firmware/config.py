"""The configuration: one table of fields, checked as a whole, refused with one sentence.

The file is config.json, written by a person, never by daily work: docs/configuration.md.
"""

import json
from binascii import crc32

from micropython import const

from board import board
from firmware.core.errors import ConfigError
from firmware.core.seal import SEAL_BYTES, seal, unseal
from firmware.passing import in_passing
from firmware.settings import Settings

_FILE = const("config.json")
_LAST_GOOD = const("config.good")
_MOST_BYTES = const(2048)
_VALUE = const(118)  # v
_DEVICE_BYTES = const(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")

# key, default, lowest value or length, highest value or length. The unit ends the key.
FIELDS = (
    ("device", "", 0, 32),  # letters, digits, - and _; empty: the chip's own number
    ("pulse_weight_ml", 1000, 1, 100_000_000),  # this much water ...
    ("pulse_weight_pulses", 1, 1, 1_000_000),  # ... is this many pulses
    ("pulse_sensor", "reed", 0, 10),  # reed, electronic or hall
    ("pulse_pin", 32, 0, 39),  # GPIO of the sensor
    ("pulse_pin_b", -1, -1, 39),  # GPIO of a second one a quarter turn behind, -1: none
    ("pulse_shortest_ms", 85, 4, 2000),  # the shortest time that it is closed, or open
    ("pulse_stable_us", 0, 0, 500_000),  # a level that lasts this long is believed; 0: by sensor
    ("pulse_dead_ms", -1, -1, 300),  # a pulse so soon after another is bounce; -1: by sensor
    ("q3_l_per_h", 2500, 100, 1_000_000),  # permanent flow of the meter body (ISO 4064)
    ("burst_l_per_h", -1, -1, 1_000_000),  # so much for burst_s is a burst; -1: Q3/5; 0: never
    ("burst_s", 300, 30, 3600),
    ("commit_pulses", 100, 10, 10_000),  # what a loss of power may cost at most
    ("wake_budget", 12, 0, 1000),  # wakes a day because of chatter, over-rate and bursts
    ("slot_s", 3600, 60, 3600),  # a record at each multiple; what a power loss can cost
    ("report_s", 21600, 60, 604_800),  # a report at each multiple
    ("broker_host", "", 0, 128),  # empty: nothing is sent
    ("broker_port", 1883, 1, 65535),
    ("broker_user", "", 0, 64),
    ("broker_password", "", 0, 64),
    ("broker_tls", 0, 0, 1),  # 1: TLS, and broker.der on the flash is the CA to trust
    ("message_bytes", 1344, 320, 4096),  # the most of one message: a day of hourly readings fits
    ("quality_s", 21600, 3600, 604_800),  # probes are read at each multiple
    ("tds_pin", -1, -1, 39),  # GPIO of a TDS probe (ADC1: 32 to 39), -1: none; its supply ...
    ("tds_switch_pin", -1, -1, 33),  # ... is switched by this one
    ("tds_factor_milli", 500, 400, 1000),  # mg/L for each mS/cm, by convention
    ("product_tds_pin", -1, -1, 39),  # the second one of a purifier, behind its membrane
    ("product_tds_switch_pin", -1, -1, 33),
    ("turbidity_pin", -1, -1, 39),
    ("turbidity_switch_pin", -1, -1, 33),
    ("turbidity_divider_ppm", 666_667, 500_000, 750_000),  # of its voltage is at the pin
    ("thermometer_pin", -1, -1, 33),  # GPIO of a DS18B20
    ("thermometer_switch_pin", -1, -1, 33),
    ("instrument", "", 0, 16),  # of core/instruments.py, on RS-485; empty: none
    ("instrument_unit", 1, 1, 247),  # its Modbus address
    ("instrument_tx_pin", -1, -1, 33),
    ("instrument_rx_pin", -1, -1, 39),
    ("instrument_direction_pin", -1, -1, 33),  # high while the meter sends, -1: not needed
    ("instrument_switch_pin", -1, -1, 33),
    ("filter_l", 0, 0, 1_000_000),  # of a purifier: what its filter is good for, 0: not rated
    ("filter_days", 0, 0, 3650),
    ("water_limits", "gb5749", 0, 16),  # gb5749, gb5749_small or who
    ("magnet_pin", -1, -1, 33),  # GPIO of a reed to ground that a foreign magnet closes, -1: none
    ("case_pin", -1, -1, 33),  # GPIO of a switch to ground that opens with the case
    ("cable_pin", -1, -1, 39),  # GPIO (ADC1) of the resistor at the far end of the pulse cable ...
    ("cable_low_mv", 1000, 200, 2900),  # ... whose voltage is not below this ...
    ("cable_high_mv", 2300, 300, 3000),  # ... nor above this while the cable is whole
    ("battery_low_mv", 3000, 0, 3600),  # of the cell while the CPU runs, 0: not watched
    ("changed_by", "", 0, 24),  # who wrote this file; stands in the events of its changes
    ("link", "wifi", 0, 5),  # wifi, nbiot or ppp
    ("wifi_ssid", "", 0, 32),
    ("wifi_password", "", 0, 63),
    ("modem", "", 0, 16),  # of drivers/modem/families
    ("modem_tx_pin", 17, 0, 33),
    ("modem_rx_pin", 16, 0, 39),
    ("modem_supply_pin", -1, -1, 33),  # high: it has power; -1: it always has
    ("modem_key_pin", -1, -1, 33),  # high presses PWRKEY, -1: not connected
    ("modem_reset_pin", -1, -1, 33),
    ("apn", "", 0, 63),
    ("band", 0, 0, 88),  # the only one that is looked for, 0: as the modem is set
    ("report_window_s", 3600, 60, 604_800),  # behind a report slot: over it a fleet is spread
    ("report_offset_s", -1, -1, 604_799),  # this meter's place in it, -1: by its identity
    ("profile", "json", 0, 16),  # of linking.py: how the head end is spoken to
    ("coarse", 0, 0, 1),  # 1: of the readings, the first of each day leaves the meter
    ("valve_pin", -1, -1, 33),  # high closes the valve that commands may move, -1: none
    ("alarms_off", "", 0, 88),  # names of core/leaks/names.py, with spaces between them
    ("notice_burst_s", 1800, 600, 86_400),  # a burst that lasts so long is a notice ...
    ("alarm_burst_s", 3600, 600, 86_400),  # ... and an alarm
    ("high_use_percent", 150, 110, 1000),  # of the largest usual day
    ("no_flow_days", 28, 10, 365),  # an inhabited house without water
    ("timezone_min", 0, -720, 840),  # ahead of UTC, for people who look at the meter
    ("cell_mah", 19_000, 0, 100_000),  # printed on the cell; 0: it is not one that runs empty
    ("planned_years", 4, 1, 20),  # that it has to last: docs/energy.md
)
# Of FIELDS what most meters do without: probes with what looks for tampering, and a modem.
_SELDOM = const(((22, 47), (52, 62)))
_FITTED = const("tds_pin product_tds_pin turbidity_pin thermometer_pin instrument")
_GUARDS = const("magnet_pin case_pin cable_pin")


def checked(values):
    """The Settings of a dictionary; ConfigError."""
    known = [field[0] for field in FIELDS]
    for key in values:
        if key not in known:
            raise ConfigError("%r is not a setting of this meter" % (key,))
    set_to = [values.get(field[0], board.DEFAULTS.get(field[0], field[1])) for field in FIELDS]
    for n, (key, default, lowest, highest) in enumerate(FIELDS):
        _check(key, set_to[n], default, lowest, highest)
    defaults = [field[1] for field in FIELDS]
    spared = [(n, end) for n, end in _SELDOM if set_to[n:end] == defaults[n:end]]
    fitted = [key for n, key in enumerate(known) if set_to[n] not in (-1, "")]
    found = Settings(*[any([k in fitted for k in keys.split()]) for keys in (_FITTED, _GUARDS)])
    for n, key in enumerate(known):
        if not any([begin <= n < end for begin, end in spared]):
            setattr(found, key, set_to[n])
    _check_device(found.device)
    if found.report_s % found.slot_s:
        raise ConfigError(
            "report_s is %d, but must be a multiple of slot_s, %d" % (found.report_s, found.slot_s)
        )
    if 86400 % found.slot_s:
        raise ConfigError("slot_s is %d, but must divide a day, 86400" % found.slot_s)
    if found.alarm_burst_s < found.notice_burst_s:
        raise ConfigError(
            "alarm_burst_s is %d, but must not be below notice_burst_s, %d"
            % (found.alarm_burst_s, found.notice_burst_s)
        )
    return found


def usual(key):
    """What a field is unless somebody sets it."""
    return {field[0]: field[1] for field in FIELDS}[key]


def _check_alarms(found):
    """ConfigError when a kind that is to be off is none."""
    if found.alarms_off:
        from firmware.core.leaks.names import KINDS

        for name in found.alarms_off.split():
            if name not in KINDS:
                raise ConfigError("alarms_off has %r, but these go: %s" % (name, " ".join(KINDS)))


def check_probes(found):
    """ConfigError when they can't be fitted like that."""
    first, last = _SELDOM[0]
    is_usual = [getattr(found, key) == default for key, default, _, _ in FIELDS[first:last]]
    if all(is_usual) and board.FLUSH_PIN is None:
        return  # most meters have none
    from firmware.fitting import check

    check(found)


def _check_link(found):
    """ConfigError when there is no such link, profile or valve, or it can't be connected so."""
    if (found.link, found.apn, found.profile, found.valve_pin) != ("wifi", "", "json", -1):
        from firmware.linking import check

        check(found)


def _check(key, value, default, lowest, highest):
    if isinstance(default, str):
        if not isinstance(value, str):
            raise ConfigError("%s is %s, but must be a text" % (key, _shown(value)))
        encoded = value.encode()  # bytes are what networks and brokers limit
        size = len(encoded)
        if not lowest <= size <= highest:
            raise ConfigError("%s has %d bytes, at most %d" % (key, size, highest))
        # Not letters: the interpreter keeps each that it has seen for as long as it runs.
        if any(byte < 0x20 or byte == 0x7F for byte in encoded):
            raise ConfigError("%s is %r, but no control characters go" % (key, value))
    # On this interpreter True is not an int; on another one it would be.
    elif isinstance(value, bool) or not isinstance(value, int):
        raise ConfigError("%s is %s, but must be a whole number" % (key, _shown(value)))
    elif not lowest <= value <= highest:
        raise ConfigError("%s is %d, but must be %d to %d" % (key, value, lowest, highest))


def _shown(value):
    # Not the content: printing a thousand lists in lists ends the interpreter's stack.
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "an object"
    return repr(value)


def _check_device(name):
    for byte in name.encode():
        if byte not in _DEVICE_BYTES:
            raise ConfigError("device is %r, but only letters, digits, - and _ go" % name)


def parse(text, name=_FILE, is_known=False, commanded=None):
    """The configuration in a JSON text (bytes); ConfigError says what is wrong with it.

    is_known: the very text was accepted before, so that each wake need not look at every byte.
    commanded: settings that go before those of the text.
    """
    try:
        values = json.loads(text)
    except ValueError:
        raise ConfigError("%s is not JSON" % name)
    if not isinstance(values, dict):
        raise ConfigError("%s must hold an object, { ... }" % name)
    shape = b"{%s}" % b",".join([b"v:v"] * len(values))
    values.update(commanded or {})
    found = checked(values)
    if not is_known:
        in_passing(found.sampling)
        in_passing(lambda: check_probes(found))
        in_passing(lambda: _check_link(found))
        in_passing(lambda: _check_alarms(found))
    if not is_known and _shape(text) != shape:
        raise ConfigError("%s has a setting twice, or a comma or colon too many or too few" % name)
    return found


def _shape(text):
    """The text with a v for each string and number, without white space.

    The interpreter's json takes commas and colons for white space and the last of two
    equal keys; a person may have meant something else.
    """
    shape = bytearray()
    in_string = in_word = is_escaped = False
    for byte in text:
        letter = chr(byte)
        if in_string:
            in_string = is_escaped or letter != '"'
            is_escaped = letter == "\\" and not is_escaped
        elif letter == '"' or letter in "-+.0123456789eE":
            in_string = letter == '"'
            if in_string or not in_word:
                shape.append(_VALUE)
            in_word = not in_string
        else:
            in_word = False
            if letter not in " \t\r\n":
                shape.append(byte)
    return bytes(shape)


def load(files, accepted_crc):
    """(configuration, its text, the CRC-32 of that) from config.json, or ConfigError.

    accepted_crc: of the text that was accepted last.
    """
    try:
        text = _read(files, _FILE)
    except OSError as error:
        raise ConfigError("%s is not readable: %s" % (_FILE, error))
    if text is None:
        raise ConfigError("%s is missing" % _FILE)
    crc = crc32(text)
    return parse(text, is_known=crc == accepted_crc), text, crc


def _last_good_text(files):
    """The text of the configuration that was in force before, None: there is none. ConfigError."""
    try:
        sealed = _read(files, _LAST_GOOD, SEAL_BYTES)
    except OSError as error:
        raise ConfigError("%s is not readable: %s" % (_LAST_GOOD, error))
    if sealed is None:
        return None
    text = unseal(sealed)
    if text is None:
        raise ConfigError("%s is damaged" % _LAST_GOOD)
    return text


def load_last_good(files):
    """(the configuration that was in force before, its text), or both None. ConfigError."""
    text = _last_good_text(files)
    return None if text is None else parse(text, _LAST_GOOD), text


def keep_as_last_good(files, text):
    """Copy an accepted config.json to where a later, refused one can't touch it."""
    files.replace(_LAST_GOOD, seal(text))


def _read(files, name, more_bytes=0):
    size = files.size(name)
    if size is None:
        return None
    if size > _MOST_BYTES + more_bytes:
        raise ConfigError("%s has %d bytes, at most %d" % (name, size, _MOST_BYTES))
    text = bytearray(size)
    return bytes(memoryview(text)[: files.read(name, 0, text)])
