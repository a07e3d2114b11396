"""Promise: each platform is spoken to by its own rules, and answered what it asked."""

import json

from expect import expect
from firmware.config import checked
from firmware.core.calendar import utc
from firmware.core.record import Reading
from firmware.report import profile_of

_NAMES = ("json", "packed", "senml", "senml_cbor", "huawei", "thingsboard", "homeassistant")
_NOW_S = 1_744_592_400  # 2025-04-14 01:00 UTC
_DONE = {
    "counter": 7, "command": "again 3", "outcome": "done", "reason": "", "before": 1, "after": 3,
}  # fmt: skip
_REFUSED = {
    "counter": 0, "command": "", "outcome": "refused", "reason": "bad signature", "before": 0,
    "after": 0,
}  # fmt: skip


def _profile(name, now_s=_NOW_S, **more):
    config = checked(dict(more, device="meter-1", profile=name))
    return profile_of(config, "meter-1", now_s)


def _reading(**fields):
    values = {name: 0 for name in ("pulses", "count", "rest", "uncertainty_s", "era", "flags")}
    values.update(time_s=_NOW_S, boot=1, odometer_ml=5000, interval_ml=1000, battery_mv=3600)
    values.update(fields)
    return Reading(**values)


def _sent(seq=9, columns=(), **fields):
    return seq, _reading(**fields), (_NOW_S, 2, 0), columns


def test_dates():
    for time_s, date in (
        (0, (1970, 1, 1, 0, 0, 0)),
        (951_782_399, (2000, 2, 28, 23, 59, 59)),
        (951_782_400, (2000, 2, 29, 0, 0, 0)),
        (951_868_800, (2000, 3, 1, 0, 0, 0)),
        (1_767_225_599, (2025, 12, 31, 23, 59, 59)),
        (4_107_542_399, (2100, 2, 28, 23, 59, 59)),
        (4_107_542_400, (2100, 3, 1, 0, 0, 0)),
        (4_294_967_295, (2106, 2, 7, 6, 28, 15)),
    ):
        expect(utc(time_s), date)


def test_huawei_lets_a_meter_in_by_the_example_that_the_vendor_publishes():
    # Device secret 12345678 at 2025041401, in the API reference of IoTDA, "Device Connection
    # Authentication": support.huaweicloud.com/intl/en-us/api-iothub/iot_06_v5_3009.html
    profile = _profile("huawei", broker_password="12345678")
    expect(profile.client_id, "meter-1_0_0_2025041401")
    expect(profile.user, "meter-1")
    expect(profile.password, "c75150e6cb841417396819e4d2ee4358a416344a03a083e3a8567074ddec820a")


def test_huawei_lets_a_meter_in_that_does_not_know_the_time():
    profile = _profile("huawei", now_s=None, broker_password="12345678")
    expect(profile.client_id, "meter-1_0_0_2026010100")
    # python: hmac.new(b"2026010100", b"12345678", "sha256").hexdigest()
    expect(profile.password, "425c02694bc8251b7584ff5eec43bf11057e5f6574efd6890a0542252f2be62d")


def test_every_profile_subscribes_to_what_it_understands():
    for name in _NAMES:
        profile = _profile(name)
        for topic in profile.subscriptions():
            expect(topic.startswith("homeassistant/"), False)
            expect(len(topic) < 122, True)  # umqtt's subscribe() breaks longer ones


def test_a_command_is_found_where_the_platform_puts_it():
    line = b"rill1 meter-1 7 1744600000 again 3 0123456789abcdef0123456789abcdef"
    quoted = json.dumps(str(line, "utf-8"))
    own = (b"rill/meter-1/commands", line)
    root = b"$oc/devices/meter-1/sys/"
    told = {
        "huawei": (
            root + b"commands/request_id=a-1",
            b'{"service_id":"s","command_name":"line","paras":{"line":%s}}' % quoted.encode(),
        ),
        "thingsboard": (
            b"v1/devices/me/rpc/request/12",
            b'{"method":"line","params":%s}' % quoted.encode(),
        ),
    }
    for name in _NAMES:
        topic, payload = told.get(name, own)
        found, context = _profile(name).command_of(topic, payload)
        expect(found, line)
        topic, payload = _profile(name).answer(context, _DONE)[:2]
        answer = json.loads(payload)
        if name == "huawei":
            expect(topic, "$oc/devices/meter-1/sys/commands/response/request_id=a-1")
            expect((answer["result_code"], answer["paras"]["after"]), (0, 3))
        elif name == "thingsboard":
            expect(topic, "v1/devices/me/rpc/response/12")
            expect((answer["outcome"], answer["counter"]), ("done", 7))
        else:
            expect(topic, "rill/meter-1/answers")
            expect((answer["v"], answer["device"], answer["after"]), (2, "meter-1", 3))


def test_thingsboard_gets_one_record_without_a_time_a_message():
    """It gives all of a message one time of arrival, and keeps one value of a name and time."""
    batch = _profile("thingsboard").batch((("device", "m"), ("stream", "readings")), 1344)
    dated, undated = (_NOW_S, 2, 0), (None, 65535, 1)
    for first, second, fits in (
        (dated, dated, True), (undated, undated, False), (dated, undated, False),
        (undated, dated, False),
    ):  # fmt: skip
        batch.clear()
        expect(batch.add(1, _reading(), first), True)
        expect(batch.add(2, _reading(), second), fits)
        expect(len(json.loads(bytes(batch.payload()))), 1 + fits)


def test_what_holds_no_command_is_answered_where_the_platform_waits_for_it():
    root = b"$oc/devices/meter-1/sys/"
    profile = _profile("huawei")
    for topic, payload in (
        ("properties/set", b'{"services":[{"service_id":"s","properties":{"slot_s":60}}]}'),
        ("properties/set", b'{"services":[]}'),
        ("properties/set", b"\xff"),
        ("commands", b'{"paras":{"line":7}}'),
        ("commands", b'{"paras":[]}'),
        ("commands", b"[]"),
    ):
        line, context = profile.command_of(root + topic.encode() + b"/request_id=5", payload)
        expect(line, b"")
        topic_back, answer = profile.answer(context, _REFUSED)
        expect(topic_back, "$oc/devices/meter-1/sys/%s/response/request_id=5" % topic)
        expect(json.loads(answer)["result_code"], 1)
    profile = _profile("thingsboard")
    for payload in (b"{}", b"7", b'{"params":{"a":1}}', b'{"params":null}', b"x"):
        line, context = profile.command_of(b"v1/devices/me/rpc/request/3", payload)
        expect((line, context), (b"", "3"))
        expect(json.loads(profile.answer(context, _REFUSED)[1])["outcome"], "refused")
    expect(_profile("json").answer(None, _REFUSED), None)  # nobody waits for it


def _desired(profile, line, request, outcome):
    """What a pushed difference comes to: (was it to be obeyed, answer)."""
    payload = (
        '{"services":[{"service_id":"Battery","properties":{}},{"service_id":"DeliverySchedule",'
    )
    payload += '"properties":{"slot_s":60,"line":"%s"}}]}' % line
    topic = b"$oc/devices/meter-1/sys/properties/set/request_id=%d" % request
    found, context = profile.command_of(topic, payload.encode())
    expect(found in (None, line.encode()), True)
    back, answer = profile.answer(context, outcome if found else None)
    expect(back, "$oc/devices/meter-1/sys/properties/set/response/request_id=%d" % request)
    return found is not None, json.loads(answer)["result_code"]


def test_a_desired_line_is_obeyed_once_and_reported_so_that_huawei_sends_it_no_more():
    profile = _profile("huawei")
    expect(list(profile.settled()), [])
    # The platform pushes the difference when the meter connects, and at each of its reports.
    pushed = [_desired(profile, "one", request, _DONE) for request in (1, 2, 3)]
    expect(pushed, [(True, 0), (False, 0), (False, 0)])
    expect(_desired(profile, "two", 4, _DONE), (True, 0))
    ((topic, payload),) = profile.settled()
    expect(topic, "$oc/devices/meter-1/sys/properties/report")
    reported = [{"service_id": "DeliverySchedule", "properties": {"line": "two"}}]
    expect(json.loads(payload), {"services": reported})


def test_a_desired_line_that_may_be_obeyed_later_is_not_reported():
    for reason, is_settled in (
        ("expired", True), ("repeated", True), ("clock unknown", False), ("not stored: x", False),
    ):  # fmt: skip
        profile = _profile("huawei")
        expect(_desired(profile, "one", 1, dict(_REFUSED, reason=reason)), (True, 1))
        expect((reason, len(list(profile.settled()))), (reason, is_settled))


def test_other_messages_are_no_commands():
    expect(_profile("huawei").command_of(b"$oc/devices/meter-1/sys/events/down", b"{}")[0], None)
    expect(_profile("thingsboard").command_of(b"v1/devices/me/attributes", b"{}"), (None, None))


def test_huawei_gets_the_properties_that_it_asks_for():
    profile = _profile("huawei")
    topic = b"$oc/devices/meter-1/sys/properties/get/request_id=x"
    line, context = profile.command_of(topic, b'{"service_id":"WaterMeterBasic"}')
    expect(line, None)
    back, payload = profile.answer(context, None)
    expect(back, "$oc/devices/meter-1/sys/properties/get/response/request_id=x")
    expect(json.loads(payload), {"services": []})  # there is no reading yet
    list(profile.closing(_sent(), None, 0))
    (service,) = json.loads(profile.answer(context, None)[1])["services"]
    expect(service["event_time"], "20250414T010000Z")
    expect(service["properties"]["odometer_ml"], 5000)


def test_home_assistant_is_told_the_newest_total_and_its_time_and_never_0():
    profile = _profile("homeassistant")
    expect(list(profile.closing(None, None, 0)), [])
    expect(list(profile.closing(_sent(odometer_ml=0), None, 0)), [])
    expect(list(profile.closing(_sent(odometer_ml=500), None, -500)), [])
    ((topic, payload, is_retained),) = profile.closing(_sent(odometer_ml=4_999_999), None, 12_003)
    expect((topic, is_retained), ("rill/meter-1/state", False))
    expect(payload, b'{"total_l":5012.002,"battery_v":3.600,"time":"2025-04-14T01:00:00+00:00"}')


def test_home_assistant_is_told_what_the_probes_say():
    columns = [[1, 0, -5, 1, 100], [2, 5, None, 0, 7], [8, 0, 900, 0, 0]]
    messages = list(_profile("homeassistant").closing(_sent(), _sent(columns=columns), 0))
    expect(
        messages[1], ("rill/meter-1/water", b'{"temperature_c":-0.05,"solids_mg_l":null}', False)
    )


def test_a_record_that_can_not_be_split_goes_alone():
    head = (("device", "m"), ("journal", "00" * 8), ("stream", "readings"), ("oldest", 1))
    for name in _NAMES:
        if name == "packed":
            continue  # its records are short
        batch = _profile(name).batch(head, 40)
        for seq in (1, 2):
            expect(batch.add(*_sent(seq)), True)
            expect(batch.add(*_sent(seq + 1)), False)
            expect(len(batch.payload()) > 40, True)
            batch.clear()
