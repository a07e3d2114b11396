"""Promise: a command of any platform is answered by its rules; a topic that is no text is none."""

import json

from commands import commanded, events_told, sent, signed
from expect import expect
from firmware.core import event, refusal


def test_a_topic_that_is_no_text_is_refused_and_does_not_end_the_wake():
    for profile, topic in (
        ("thingsboard", b"v1/devices/me/rpc/request/\xff"),
        ("huawei", b"$oc/devices/m/sys/commands/request_id=\xff"),
        ("huawei", b"$oc/devices/m/sys/commands/" + 300 * b"\xc3\xa9"),
    ):
        meter = commanded(profile=profile)
        meter.network.command_topic = topic
        sent(meter, b"{}")
        expect(meter.network.commands, [])  # it does not come again
        expect(meter.events(event.WAKE_FAILED), [])
        expect(events_told(meter, event.COMMAND_REFUSED), [(refusal.MALFORMED, 0, "")])


def test_an_answer_goes_to_a_topic_with_letters_beyond_ascii():
    meter = commanded(profile="thingsboard")
    meter.network.command_topic = b"v1/devices/me/rpc/request/\xc3\xa9"
    line = str(signed("report_s 7200"), "utf-8")
    sent(meter, json.dumps({"method": "line", "params": line}).encode())
    expect(meter.network.commands, [])
    topic, payload = meter.network.told[-1]
    expect(topic, "v1/devices/me/rpc/response/\u00e9")
    expect(json.loads(payload)["outcome"], "done")


def test_a_line_that_huawei_wants_to_be_reported_is_obeyed_once_and_reported():
    meter = commanded(profile="huawei")
    meter.network.command_topic = b"$oc/devices/m/sys/properties/set/request_id=1"
    line = str(signed("report_s 7200"), "ascii")
    services = [{"service_id": "DeliverySchedule", "properties": {"line": line}}]
    pushed = json.dumps({"services": services}).encode()
    expect(sent(meter, pushed, pushed), [])
    expect((len(events_told(meter)), events_told(meter, event.COMMAND_REFUSED)), (1, []))
    topic, payload = meter.network.told[-1]
    expect(topic, "$oc/devices/m/sys/properties/report")
    expect(json.loads(payload)["services"], services)
