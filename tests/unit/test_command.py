"""Promise: a line that was not made with the device's key, for it and for now, is refused."""

import json
import random
from binascii import hexlify, unhexlify

from expect import expect, expect_raises
from firmware.core import refusal
from firmware.core.command import opened
from firmware.core.decimal import number
from firmware.core.hmac import hmac_sha256
from firmware.core.refusal import Refused

_KEY = b"k" * 32
_NOW_S = 1_790_000_000
_LATER_S = _NOW_S + 3600


def _line(words, key=_KEY):
    """Signed, whatever it says."""
    signed = words.encode()
    return signed + b" " + hexlify(hmac_sha256(key, signed))[:32]


def _code(line, *, device="m", key=_KEY, last=5, now_s=_NOW_S):
    """Why it is refused, 0: it is not."""
    try:
        opened(line, device, key, last, now_s)
    except Refused as refusal:
        return refusal.code
    return 0


_GOOD = _line("rill1 m 6 %d report_s 3600" % _LATER_S)


def test_the_vectors_open_to_what_they_were_made_of():
    with open("tests/vectors/commands.json") as f:
        vectors = json.load(f)["vectors"]
    for one in vectors:
        found = opened(one["line"].encode(), one["device"], unhexlify(one["key"]), 0, _NOW_S)
        expect(found, (one["counter"], one["name"], one["arguments"]))


def test_each_reason_in_its_turn():
    expect(_code(_GOOD), 0)
    expect(_code(_GOOD + b" " * 200), refusal.OVERSIZED)
    expect(_code(b""), refusal.MALFORMED)
    expect(_code(_GOOD, device="n"), refusal.WRONG_DEVICE)
    expect(_code(_GOOD, key=None), refusal.NO_KEY)
    expect(_code(_GOOD, key=b"x" * 32), refusal.BAD_SIGNATURE)
    expect(_code(_GOOD, last=7), refusal.REPLAYED)
    expect(_code(_GOOD, last=6), refusal.REPEATED)
    expect(_code(_GOOD, now_s=None), refusal.CLOCK_UNKNOWN)
    expect(_code(_GOOD, now_s=_LATER_S + 1), refusal.EXPIRED)
    expect(_code(_GOOD, now_s=_LATER_S), 0)


def test_nobody_knows_who_sent_what_is_not_signed():
    for code in range(refusal.MALFORMED, refusal.NOT_STORED + 1):
        found = Refused(code, 3, "why")
        expect(found.is_authentic, code > refusal.BAD_SIGNATURE)
        expect(str(found).endswith(": why"), True)
    found = expect_raises(Refused, opened, _GOOD, "m", b"x" * 32, 0, _NOW_S)
    expect((found.counter, str(found)), (6, "bad signature"))


def test_the_highest_counter_and_a_line_of_200_bytes():
    words = "rill1 m 4294967295 4294967295 name "
    words += "a" * (200 - 33 - len(words))
    line = _line(words)
    expect(len(line), 200)
    expect(opened(line, "m", _KEY, 4294967294, _NOW_S)[0], 4294967295)
    expect(_code(_line(words + "a")), refusal.OVERSIZED)


def test_signed_lines_of_another_form_are_malformed():
    for words in (
        "rill2 m 6 %d reboot",
        "RILL1 m 6 %d reboot",
        " rill1 m 6 %d reboot",
        "rill1  m 6 %d reboot",
        "rill1 m 6 %d reboot ",
        "rill1 m 6 %d  reboot",
        "rill1 m 6 %d",
        "rill1 m 0 %d reboot",
        "rill1 m 06 %d reboot",
        "rill1 m +6 %d reboot",
        "rill1 m -6 %d reboot",
        "rill1 m 6.0 %d reboot",
        "rill1 m 4294967296 %d reboot",
        "rill1 m 6 %dx reboot",
        "rill1 m 6 0%d reboot",
        "rill1 m 6 %d re\tboot",
        "rill1 m 6 %d re\nboot",
        "rill1 m 6 %d rebo\u00f6t",
    ):
        expect((words, _code(_line(words % _LATER_S))), (words, refusal.MALFORMED))
    expect(_code(_GOOD + b"\n"), refusal.MALFORMED)
    expect(_code(_GOOD + b"\0"), refusal.MALFORMED)


def test_truncation_at_each_byte_and_each_bit_flip_are_refused():
    for size in range(len(_GOOD)):
        expect(_code(_GOOD[:size]) in (refusal.MALFORMED, refusal.BAD_SIGNATURE), True)
        expect(_code(_GOOD[size + 1 :]) > 0, True)
    for bit in range(8 * len(_GOOD)):
        flipped = bytearray(_GOOD)
        flipped[bit // 8] ^= 1 << bit % 8
        expect((bit, _code(bytes(flipped)) > 0), (bit, True))


def test_the_signature_of_one_device_or_counter_is_none_of_another():
    mac = _GOOD[-33:]
    for words in (
        "rill1 m 7 %d report_s 3600" % _LATER_S,
        "rill1 m 6 %d report_s 3600" % (_LATER_S + 1),
        "rill1 m 6 %d report_s 36000" % _LATER_S,
    ):
        expect(_code(words.encode() + mac), refusal.BAD_SIGNATURE)
    expect(_code(_GOOD.replace(b" m ", b" n "), device="n"), refusal.BAD_SIGNATURE)
    expect(_code(_GOOD[:-32] + _GOOD[-32:].upper()), refusal.BAD_SIGNATURE)


def test_2000_random_lines_are_refused_and_nothing_else_happens():
    random.seed(8)
    letters = b"rill1 m 0123456789 \0\xff"
    for _ in range(2000):
        size = random.randrange(210)
        expect(_code(bytes([random.choice(letters) for _ in range(size)])) > 0, True)


def test_numbers_are_read_in_one_way():
    for text, value in (
        ("0", 0), ("4294967295", 4294967295), ("4294967296", None), ("00", None), ("1 ", None),
        ("", None), ("-1", None), ("1_0", None), ("0x1", None), ("99999999999", None),
    ):  # fmt: skip
        expect((text, number(text)), (text, value))
