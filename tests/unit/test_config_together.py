"""Promise: settings that don't fit each other are refused by name: links and their pins, switches,
slots and reports, bursts, sensors.
"""

import json

from configs import refused
from expect import expect
from firmware.config import FIELDS, checked, parse

_NBIOT = {"link": "nbiot", "modem": "bc66", "apn": "iot.rill-1_x", "modem_key_pin": 4}


def test_a_link_that_is_not_there_or_can_not_be_connected_is_refused():
    expect(parse(json.dumps(_NBIOT).encode()).modem, "bc66")
    for change, named in (
        ({"link": "lora"}, ("link", "lora", "nbiot")),
        ({"profile": "telnet"}, ("profile", "telnet", "json")),
        ({"modem": ""}, ("modem",)),
        ({"modem": "bc99"}, ("modem", "bc99")),
        ({"modem": "../x"}, ("modem", "../x")),
        ({"apn": 'a"b'}, ("apn", '"')),
        ({"modem_key_pin": 17}, ("modem_key_pin", 17)),
        ({"modem_rx_pin": 32}, ("modem_rx_pin", 32)),
        ({"modem_tx_pin": 0}, ("modem_tx_pin", 0)),
        ({"modem_reset_pin": 6}, ("modem_reset_pin", 6)),
        ({"thermometer_pin": 4}, ("modem_key_pin", 4)),
    ):
        values = dict(_NBIOT)
        values.update(change)
        refused(json.dumps(values).encode(), *named)


def test_switches_that_tell_of_tampering_need_pins_of_their_own():
    fitted = {"magnet_pin": 4, "case_pin": 13, "cable_pin": 39}
    taken = parse(json.dumps(fitted).encode())
    expect((taken.is_guarded(), parse(b"{}").is_guarded()), (True, False))
    for change, named in (
        ({"magnet_pin": 13}, ("case_pin", 13, "magnet_pin")),
        ({"case_pin": 32}, ("case_pin", 32, "pulse_pin")),
        ({"magnet_pin": 0}, ("magnet_pin", "button")),
        ({"magnet_pin": 6}, ("magnet_pin", "flash")),
        ({"magnet_pin": 34}, ("magnet_pin", 34, 33)),
        ({"cable_pin": 27}, ("cable_pin", 27, "ADC2")),
        ({"cable_pin": 35}, ("cable_pin", 35, "divider")),
        ({"cable_pin": -1, "cable_low_mv": 900}, ("cable_low_mv", "cable_pin")),
        ({"cable_low_mv": 2300}, ("cable_low_mv", 2300, "cable_high_mv")),
        ({"thermometer_pin": 4}, ("magnet_pin", 4, "thermometer_pin")),
        ({"link": "nbiot", "modem": "bc66", "modem_key_pin": 4}, ("modem_key_pin", 4)),
    ):
        values = dict(fitted)
        values.update(change)
        refused(json.dumps(values).encode(), *named)


def test_slots_must_divide_a_day_and_reports_must_be_multiples_of_them():
    refused(b'{"slot_s": 3500, "report_s": 7000}', "slot_s", 3500, 86400)
    refused(b'{"slot_s": 900, "report_s": 1000}', "report_s", 1000, 900)
    refused(b'{"slot_s": 3600, "report_s": 900}', "report_s", 900, 3600)


def test_alarms_that_are_to_be_off_and_the_times_of_a_burst_must_make_sense():
    refused(b'{"alarms_off": "burst leaks"}', "leaks", "small_leak")
    refused(b'{"alarm_burst_s": 1200}', "alarm_burst_s", 1200, 1800)


def test_a_sensor_whose_figures_do_not_fit_is_refused_with_the_whole_file():
    refused(b'{"pulse_pin": 16}', "pulse_pin", 16, "32, 33, 34")
    refused(b'{"pulse_shortest_ms": 30}', "pulse_shortest_ms", 30, 46_000)
    refused(b'{"pulse_sensor": "Reed"}', "'Reed'", "reed, electronic, hall")


def test_what_the_counter_depends_on_tells_its_program_from_another_and_nothing_else():
    settings = checked({}).pulse_settings()
    others = {"device": "m", "slot_s": 900, "wake_budget": 0, "broker_host": "b"}
    expect(checked(others).pulse_settings(), settings)
    for key, default, _, _ in FIELDS:
        if key.split("_")[0] in ("pulse", "q3", "burst", "commit"):
            value = "hall" if key == "pulse_sensor" else default + 1
            expect(checked({key: value}).pulse_settings() == settings, False)
