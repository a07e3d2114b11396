"""Promise: over any profile all readings of a day arrive with their original times."""

import json
from datetime import UTC, datetime

import pytest

from discovery import check
from listener import Listener
from rill.broker import Broker, find_mosquitto
from rill.household import household
from rill.simulate import Run, Settings
from rill.verdict import is_sound

_PROFILES = ("json", "packed", "senml", "senml_cbor", "huawei", "thingsboard", "homeassistant")
_BEGIN_S = 1_767_225_600
_TLS_HEAP_BYTES = 130_000  # it takes 35 to 45 kB of the same memory, outside of the heap
_WAKE_FAILED, _REPORTS_FAILED = 2, 11  # events


def _simulated(profile, **more):
    """(numbers, what went through the broker)."""
    config = {"profile": profile, **more.pop("config", {})}
    with Broker.local() as broker, Listener(broker) as listener:
        address = f"mqtt://{broker.host}:{broker.port}"
        days = more.pop("days", 1)
        settings = Settings(
            trace=household(5, days), days=days, broker=address, config=config, **more
        )
        numbers = Run(settings).result()
        assert is_sound(numbers, 1000), numbers
    return numbers, listener.heard


@pytest.mark.prove
@pytest.mark.parametrize("link", ["wifi", "bc66"])
@pytest.mark.parametrize("profile", _PROFILES)
def test_all_readings_arrive_with_their_original_times(profile, link):
    outage = ((30_000, 20_000),)  # what was taken meanwhile goes out hours later
    numbers, _ = _simulated(profile, link=link, outages_s=outage)
    rows = numbers["readings"]
    assert numbers["records_unique"] == numbers["records_stored"] == 25
    for n, row in enumerate(rows[1:-1], 1):
        assert abs(row["time_s"] - (_BEGIN_S + 3600 * n)) <= 10


@pytest.mark.prove
@pytest.mark.parametrize("profile", _PROFILES)
def test_a_week_over_tls_fits_into_the_heap_that_tls_leaves(profile):
    if not find_mosquitto():
        pytest.skip("mosquitto is not installed")
    settings = Settings(
        trace=household(5, 7), days=7, tls=True, heap_bytes=_TLS_HEAP_BYTES,
        config={"profile": profile},
    )  # fmt: skip
    numbers = Run(settings).result()
    assert is_sound(numbers, 1000), numbers
    assert numbers["records_unique"] == 7 * 24 + 1
    assert numbers["reports"] == 7 * 4 + 1  # none was tried twice
    assert not {event["code"] for event in numbers["events"]} & {_WAKE_FAILED, _REPORTS_FAILED}


@pytest.mark.prove
@pytest.mark.parametrize("profile", ["senml", "senml_cbor", "huawei", "thingsboard"])
def test_all_quality_values_arrive(profile):
    numbers, _ = _simulated(profile, has_quality=True)
    assert numbers["quality_received"] > 0 and numbers["quality_lost"] == 0


@pytest.mark.prove
def test_huawei_is_spoken_to_by_its_rules():
    _, heard = _simulated("huawei")
    assert {one.topic for one in heard} == {"$oc/devices/rill-0001/sys/properties/report"}
    assert not any(one.is_retained for one in heard)
    services = [entry for one in heard for entry in json.loads(one.payload)["services"]]
    assert {entry["service_id"] for entry in services} == {
        "WaterMeterBasic", "WaterMeterAlarm", "Battery", "DeliverySchedule",
    }  # fmt: skip
    for entry in services:
        datetime.strptime(entry["event_time"], "%Y%m%dT%H%M%SZ")
        for name, value in entry["properties"].items():
            assert isinstance(value, int | str) and not set(name) & {".", "$"}
    assert all(len(one.payload) <= 65_536 for one in heard)


@pytest.mark.prove
def test_thingsboard_gets_milliseconds_and_attributes():
    _, heard = _simulated("thingsboard")
    telemetry = [
        entry
        for one in heard
        if one.topic == "v1/devices/me/telemetry"
        for entry in json.loads(one.payload)
    ]
    for entry in telemetry:
        assert entry.keys() == {"ts", "values"}
        assert _BEGIN_S <= entry["ts"] // 1000 <= _BEGIN_S + 86_400 + 60
        assert all(isinstance(value, int | str) for value in entry["values"].values())
    keys = {(entry["ts"], "event_seq" in entry["values"]) for entry in telemetry}
    assert len(keys) == len(telemetry)  # none overwrites another
    attributes = [one for one in heard if one.topic == "v1/devices/me/attributes"]
    assert json.loads(attributes[0].payload)["firmware"]
    assert {one.topic for one in heard} == {"v1/devices/me/telemetry", "v1/devices/me/attributes"}


@pytest.mark.prove
def test_home_assistant_is_told_of_a_total_that_only_grows():
    numbers, heard = _simulated("homeassistant", days=3, has_quality=True)
    configs = [one for one in heard if one.is_retained]
    assert 3 <= len(configs) <= 4  # once a day
    parts = check(configs[0].topic, json.loads(configs[0].payload))
    assert {"temperature_c", "solids_mg_l", "turbidity_ntu"} <= parts.keys()
    states = [json.loads(one.payload) for one in heard if one.topic == "rill/rill-0001/state"]
    totals = [state["total_l"] for state in states]
    assert totals == sorted(totals) and totals[0] > 0
    assert len(states) >= 12
    by_time = {row["time_s"]: row["odometer_ml"] for row in numbers["readings"]}
    for state in states:
        time_s = int(datetime.fromisoformat(state["time"]).astimezone(UTC).timestamp())
        assert round(1000 * state["total_l"]) == by_time[time_s]
    # It is told of the meter before it gets a value of it.
    topics = [one.topic for one in heard]
    assert topics.index(configs[0].topic) < topics.index("rill/rill-0001/state")


@pytest.mark.prove
def test_a_daily_status_tells_of_the_modem():
    _, heard = _simulated("json", days=2, link="bc66")
    told = [json.loads(one.payload) for one in heard if one.topic == "rill/rill-0001/status"]
    assert 2 <= len(told) <= 3
    for one in told:
        modem = one["modem"]
        assert -140 < modem["rsrp_dbm"] < -40 and modem["ecl"] == 0
        assert (modem["snr_db"], modem["tx_dbm"]) == (12, 5)
        assert modem["active_s"] >= 0 and modem["periodic_s"] > 0
    assert told[1]["modem"]["last_day_mj"] > 0 and told[1]["battery_mv"] > 3000
