"""Promise: docs/payload.md is enough for a decoder of packed messages, and a damaged one is
rejected: cut anywhere, or with any bits turned.
"""

import json
from random import Random
from zlib import crc32

import pytest

from packed_checks import batches, check, damaged, is_rejected
from packing import encoded
from rill import packed
from rill.decoding import decode
from rill.image import ROOT
from rill.message import PayloadError

_VECTORS = json.loads((ROOT / "tests" / "vectors" / "packed.json").read_text())["vectors"]


@pytest.fixture(scope="module")
def some():
    return list(batches(range(1000, 1030)))


def test_a_second_decoder_agrees_on_300_batches():
    for batch, messages in batches(range(300)):
        check(batch, messages)


def test_a_message_that_is_cut_anywhere_is_rejected(some):
    for _, messages in some:
        message = messages[0][1]
        assert not is_rejected(message)
        assert all(is_rejected(message[:size]) for size in range(len(message)))
        assert is_rejected(message + b"\0")


def test_turned_bits_are_never_read_wrong(some):
    random = Random(8)
    for n in range(10_000):
        message = some[n % len(some)][1][0][1]
        changed = damaged(message, random)
        assert changed == message or is_rejected(changed)


def test_the_topic_must_be_the_devices_and_the_streams(some):
    batch, messages = some[0]
    head = dict(batch["head"])
    topic = f"rill/{head['device']}/{head['stream']}"
    assert decode(topic, messages[0][1]).device == head["device"]
    for other in (f"rill/x{head['device']}/{head['stream']}", topic + "x", ""):
        with pytest.raises(PayloadError, match="came on"):
            decode(other, messages[0][1])


def test_whatever_has_a_right_crc_is_a_message_or_rejected(some):
    random = Random(9)
    for n in range(1000):
        body = damaged(some[n % len(some)][1][0][1][:-4], random)
        is_rejected(_sealed(body))


def _sealed(body):
    return bytes(body) + crc32(body).to_bytes(4, "big")


def test_nothing_but_zeros_up_to_a_byte_goes_behind_the_last_record():
    body = bytearray.fromhex(_VECTORS[2]["payload"])[:-4]  # with zeros behind it
    assert not is_rejected(_sealed(body))
    for changed in (body[:-1] + bytes([body[-1] | 1]), body + b"\0", body[:-1]):
        with pytest.raises(PayloadError, match="behind its last|within a record"):
            packed.decode(_sealed(changed))


def test_a_day_of_a_household_is_packed_into_135_bytes_and_its_volumes_into_half():
    day = {**_VECTORS[0], "budget": 1344}
    assert len(day["records"]) == 24 and len(day["payload"]) <= 2 * 135
    volumes = [[*record[:5], []] for record in day["records"]]
    [[(_, message)]] = encoded([{**day, "records": volumes}])
    assert 2 * len(message) < 135


@pytest.mark.parametrize("vector", _VECTORS, ids=[vector["about"] for vector in _VECTORS])
def test_golden_messages(vector):
    payload = bytes.fromhex(vector["payload"])
    head = dict(vector["head"])
    message = decode(f"rill/{head['device']}/{head['stream']}", payload)
    assert message.journal == (head["journal"] or "")
    assert json.loads(json.dumps(message.rows)) == vector["rows"]
    check({**vector, "budget": 1344}, [(len(vector["records"]), payload)])


@pytest.mark.parametrize("payload", [b"", b"P", b"P" * 9, b"\x51\0", b"[]", b"{}", bytes(400)])
def test_what_is_no_message_is_rejected(payload):
    with pytest.raises(PayloadError):
        decode("rill/x/readings", payload)
