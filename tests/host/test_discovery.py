"""Promise: Home Assistant takes the discovery, and finds in it what the meter has."""

import json
import subprocess

import pytest

from discovery import check
from rill.image import ROOT, build
from rill.interpreter import micropython

_SCRIPT = """
import json, sys
sys.path[:] = [{image!r}, ".frozen", {image!r} + "/lib"]
from firmware.config import checked
from firmware.core.record import Reading
from firmware.report import profile_of
from firmware.uplink.named_kinds import KINDS
config = json.loads(sys.stdin.read())
profile = profile_of(checked(config), "meter-1", 1_790_000_000)
reading = Reading(1_790_000_000, 1, 0, 123_456, 0, 3600, 0, 0, 0, 0, 0)
columns = [[n + 1, 0, 1000 + n, 1, 1] for n in range(len(KINDS))]
sent = 3, reading, (1_790_000_000, 2, 0), columns
status = {status!r}
for messages in (profile.daily(status), profile.closing(sent, sent, 0)):
    for topic, payload, is_retained in messages:
        print(json.dumps([topic, str(payload, "utf-8"), is_retained]))
"""
_BASIC = {"total", "battery", "time", "leak"}
_DAY_S = 86400


def _messages(status=None, **config):
    """By topic: (content, is retained)."""
    script = _SCRIPT.format(image=str(build()), status=status or {"firmware": "0.1.0"})
    config |= {"device": "meter-1", "profile": "homeassistant"}
    done = subprocess.run(
        [*micropython(), "-c", script],
        cwd=ROOT, capture_output=True, text=True, input=json.dumps(config), check=True,
    )  # fmt: skip
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {topic: (json.loads(text), is_retained) for topic, text, is_retained in found}


def _components(messages):
    topic = "homeassistant/device/meter-1/config"
    assert messages[topic][1] is True
    return check(topic, messages[topic][0])


@pytest.mark.parametrize(
    ("config", "more"),
    [
        ({}, set()),
        ({"thermometer_pin": 4, "tds_pin": 33}, {"temperature_c", "solids_mg_l"}),
        ({"turbidity_pin": 34, "product_tds_pin": 35}, {"turbidity_ntu", "product_mg_l"}),
        ({"instrument": "ectds10"}, {"temperature_c", "solids_mg_l", "conductivity_us"}),
        ({"instrument": "sen0710"}, {"temperature_c", "turbidity_ntu"}),
    ],
)
def test_home_assistant_is_told_of_what_the_meter_has_and_of_nothing_else(config, more):
    messages = _messages(**config)
    parts = _components(messages)
    assert parts.keys() == _BASIC | more
    total = parts["total"]
    assert (total["device_class"], total["state_class"]) == ("water", "total_increasing")
    # Each finds its value in what is published to its topic, which nobody retains.
    for part in parts.values():
        state, is_retained = messages[part["state_topic"]]
        key = part["value_template"].removeprefix("{{ value_json.").removesuffix(" }}")
        assert key in state and not is_retained
    assert messages[total["state_topic"]][0]["total_l"] == 123.456


@pytest.mark.parametrize(
    ("config", "expires_s", "probes_expire_s"),
    [
        ({"report_s": 3600}, 9000, 54_000),
        ({"report_s": 21_600}, 54_000, 54_000),
        ({"report_s": 3 * _DAY_S}, 648_000, 648_000),
        ({"report_s": 3600, "coarse": 1}, 216_000, 216_000),
    ],
)
def test_what_is_not_renewed_for_two_and_a_half_periods_expires(
    config, expires_s, probes_expire_s
):
    parts = _components(_messages(thermometer_pin=4, **config))
    assert parts["total"]["expire_after"] == parts["battery"]["expire_after"] == expires_s
    assert parts["temperature_c"]["expire_after"] == probes_expire_s
    assert "expire_after" not in parts["time"]  # it says itself how old it is


@pytest.mark.parametrize(
    ("alarms", "leak"),
    [(None, "OFF"), ("high_use:1 battery:1", "OFF"), ("burst:2", "ON"), ("continuous:1", "ON")],
)
def test_a_leak_is_on_while_water_runs_and_not_for_what_else_is_wrong(alarms, leak):
    status = {"firmware": "0.1.0"} | ({"alarms": alarms} if alarms else {})
    messages = _messages(status)
    assert messages[_components(messages)["leak"]["state_topic"]][0]["leak"] == leak


def test_the_schema_refuses_what_home_assistant_does():
    topic = "homeassistant/device/meter-1/config"
    good = _messages()[topic][0]

    def spoilt(change):
        found = json.loads(json.dumps(good))
        change(found)
        return found

    for change in (
        lambda found: found.pop("o"),
        lambda found: found["o"].pop("name"),
        lambda found: found["dev"].pop("ids"),
        lambda found: found.update(avty_t="a"),
        lambda found: found["cmps"]["total"].update(unit_of_meas="L/h"),
        lambda found: found["cmps"]["total"].update(stat_cla="measurement"),
        lambda found: found["cmps"]["total"].pop("p"),
        lambda found: found["cmps"]["time"].update(stat_t="a/#"),
    ):
        with pytest.raises(Exception):  # noqa: B017
            check(topic, spoilt(change))
