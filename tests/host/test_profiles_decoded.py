"""Promise: whatever the profile, the head end gets the same records, or an error and no others."""

import random
from contextlib import suppress

import pytest

from encoded import HEAD, encoded, records
from rill.decoding import decode
from rill.message import PayloadError

PROFILES = ("json", "senml", "senml_cbor", "huawei", "thingsboard", "homeassistant")
BUDGETS = (320, 480, 1344)


@pytest.fixture(scope="module")
def made():
    """By (profile, stream): the rows, and the messages with each budget."""
    jobs = {
        (profile, stream, budget): records(seed, stream, 1 if stream == "live" else 30)
        for seed, profile in enumerate(PROFILES)
        for stream in ("readings", "events", "live")
        for budget in BUDGETS
    }
    messages = encoded([(*key, content) for key, content in jobs.items()])
    return {
        key: ([row for row, _ in content], found)
        for (key, content), found in zip(jobs.items(), messages, strict=True)
    }


@pytest.mark.parametrize("stream", ["readings", "events", "live"])
@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_carries_every_field_of_every_record(made, profile, stream):
    for budget in BUDGETS:
        rows, messages = made[profile, stream, budget]
        found = []
        for topic, payload in messages:
            message = decode(topic, payload)
            assert (message.device, message.stream) == (HEAD["device"], stream)
            assert message.journal == ("" if stream == "live" else HEAD["journal"])
            assert len(payload) <= budget or len(message.rows) == 1
            found += message.rows
        assert found == rows


@pytest.mark.parametrize("profile", PROFILES)
def test_a_message_that_is_cut_anywhere_or_goes_on_is_refused(made, profile):
    for stream in ("readings", "events"):
        topic, payload = made[profile, stream, 320][1][0]
        for end in range(len(payload)):
            with pytest.raises(PayloadError):
                decode(topic, payload[:end])
        with pytest.raises(PayloadError):
            decode(topic, payload + b"\0")


@pytest.mark.parametrize("profile", PROFILES)
def test_a_message_with_other_bytes_is_refused_or_is_of_the_format(made, profile):
    source = random.Random(profile)
    for _ in range(300):
        stream = source.choice(("readings", "events", "live"))
        topic, payload = source.choice(made[profile, stream, 480][1])
        spoilt = bytearray(payload)
        for _ in range(source.randint(1, 3)):
            spoilt[source.randrange(len(spoilt))] = source.randrange(256)
        with suppress(PayloadError):  # and no other error
            decode(topic, bytes(spoilt))


def test_a_message_of_another_device_than_its_topic_says_is_refused(made):
    for profile in ("json", "senml", "senml_cbor"):
        topic, payload = made[profile, "readings", 1344][1][0]
        with pytest.raises(PayloadError, match="came on"):
            decode(topic.replace("meter-1", "meter-2"), payload)
        with pytest.raises(PayloadError, match="came on"):
            decode(topic.replace("readings", "events"), payload)


_SENML = '[{"bn":"rill/m/readings/","n":"oldest","v":1},%s]'
_HUAWEI = '{"services":[{"service_id":%s,"properties":{"seq":1,"journal":%s}}]}'


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("rill/m/readings", _SENML % '{"n":"offset","u":"m3","v":1e999999999}'),
        ("rill/m/readings", _SENML % '{"n":"offset","u":"m3","v":1e9999999999999999999999}'),
        ("rill/m/readings", _SENML % '{"n":[],"v":1}'),
        ("rill/m/readings", _SENML % '{"bt":0,"n":"volume","u":"m3","v":0},{"n":{},"v":1}'),
        ("$oc/devices/m/sys/properties/report", _HUAWEI % ("[]", '"0"')),
        ("$oc/devices/m/sys/properties/report", _HUAWEI % ('"WaterMeterBasic"', "[]")),
    ],
)
def test_what_stands_where_a_name_or_a_number_should_is_refused(topic, payload):
    with pytest.raises(PayloadError):
        decode(topic, payload.encode())
