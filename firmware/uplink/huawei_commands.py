"""What Huawei Cloud IoTDA says to a meter, docs/platforms.md. In memory only while it is heard.

Topics are those behind the root of huawei.py.
"""

import json

_ID = "request_id="
SUBSCRIPTIONS = ("commands/#", "properties/set/#", "properties/get/#")


def command_of(topic, payload):
    """As that of a Profile; topic: a text."""
    kind, _, request = topic.partition("/" + _ID)
    if kind == "properties/get":
        return None, (kind, request)
    if kind not in ("commands", "properties/set"):
        return None, None
    try:
        found = json.loads(payload)
        named = found["paras"] if kind == "commands" else found["services"][0]["properties"]
        return named["line"].encode(), (kind, request)
    except (ValueError, LookupError, TypeError, AttributeError):
        return b"", (kind, request)


def answer(context, outcome):
    """(topic, its dictionary); None for that: the newest properties are asked for."""
    kind, request = context
    topic = "%s/response/%s%s" % (kind, _ID, request)
    if kind == "properties/get":
        return topic, None
    code = 0 if outcome["outcome"] == "done" else 1
    if kind == "commands":
        return topic, {"result_code": code, "response_name": "outcome", "paras": outcome}
    return topic, {"result_code": code, "result_desc": outcome["reason"] or "done"}
