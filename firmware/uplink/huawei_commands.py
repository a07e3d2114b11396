"""What Huawei Cloud IoTDA says to a meter, docs/platforms.md. In memory only while it is heard.

profile: the Profile of huawei.py, whose root is in front of each topic.
"""

import json

from firmware.uplink.huawei_entry import READING, entry_of, services
from firmware.uplink.named import values_of

_ID = "request_id="
_PASSING = ("no key", "clock unknown", "not possible", "not stored")  # of core/refusal.py
SUBSCRIPTIONS = ("commands/#", "properties/set/#", "properties/get/#")


def heard(profile, topic, payload):
    """As command_of() of a Profile. A property's context has its service and value, too."""
    line, context = _command_of(str(topic, "utf-8")[len(profile.root) :], payload)
    if profile.desired and context and context[2:] == profile.desired[:2]:
        return None, context  # it comes with each report of a session, and is dealt with
    return line, context


def answer(profile, context, outcome):
    """As that of a Profile."""
    if context[2:]:
        outcome = outcome or profile.desired[2]
        profile.desired = context[2:] + (outcome,)
    kind, request = context[:2]
    topic = "%s%s/response/%s%s" % (profile.root, kind, _ID, request)
    if kind == "properties/get":
        return topic, services(_newest(profile))
    return topic, json.dumps(_outcome(kind, outcome), separators=(",", ":")).encode()


def settled(profile):
    """As that of a Profile: the platform need not say it again."""
    if profile.desired and _is_settled(profile.desired[2]):
        entry = entry_of(profile.desired[0], {"line": profile.desired[1]}, None)
        yield profile.topic("status"), services([entry])


def _command_of(topic, payload):
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


def _outcome(kind, outcome):
    code = 0 if outcome["outcome"] == "done" else 1
    if kind == "commands":
        return {"result_code": code, "response_name": "outcome", "paras": outcome}
    return {"result_code": code, "result_desc": outcome["reason"] or "done"}


def _newest(profile):
    if not profile.newest:
        return []
    return [entry_of(READING, values_of(*profile.newest), profile.newest[2][0])]


def _is_settled(outcome):
    """The same line again would find the same; else the platform shall go on sending it."""
    return (outcome["reason"] or "").split(":")[0] not in _PASSING
