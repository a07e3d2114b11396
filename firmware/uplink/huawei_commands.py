"""What Huawei Cloud IoTDA says to a meter, docs/platforms.md. In memory only while it is heard.

Topics are those behind the root of huawei.py.
"""

import json

_ID = "request_id="
_PASSING = ("no key", "clock unknown", "not possible", "not stored")  # of core/refusal.py
SUBSCRIPTIONS = ("commands/#", "properties/set/#", "properties/get/#")


def command_of(topic, payload):
    """As that of a Profile; topic: a text. A property's context has its service and value, too."""
    kind, _, request = topic.partition("/" + _ID)
    if kind == "properties/get":
        return None, (kind, request)
    if kind not in ("commands", "properties/set"):
        return None, None
    try:
        found = json.loads(payload)
        if kind == "commands":
            return found["paras"]["line"].encode(), (kind, request)
        for service in found["services"]:
            line = service["properties"].get("line")
            if line:
                return line.encode(), (kind, request, service["service_id"], line)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        print("no command: %s" % error)  # whoever obeys it refuses and tells it
    return b"", (kind, request)


def answer(context, outcome):
    """(topic, its dictionary); None for that: the newest properties are asked for."""
    kind, request = context[:2]
    topic = "%s/response/%s%s" % (kind, _ID, request)
    if kind == "properties/get":
        return topic, None
    code = 0 if outcome["outcome"] == "done" else 1
    if kind == "commands":
        return topic, {"result_code": code, "response_name": "outcome", "paras": outcome}
    return topic, {"result_code": code, "result_desc": outcome["reason"] or "done"}


def is_settled(outcome):
    """The same line again would find the same; else the platform shall go on sending it."""
    return (outcome["reason"] or "").split(":")[0] not in _PASSING
