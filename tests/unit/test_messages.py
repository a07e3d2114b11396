"""Promise: what a broker sends us waits until there is room for it, and only then acknowledged."""

import errno
import random

from expect import expect, expect_raises
from firmware.core.errors import UplinkError
from firmware.uplink.hearing import Hearing
from firmware.uplink.session import Session
from ports import FakeClock
from stream import CONNACK, ScriptedStream

_RESUMED = b"\x20\x02\x01\x00"
_PUBACK = b"\x40\x02\x00\x01"
_SUBACK = b"\x90\x03\x00\x02\x01"
_LISTEN_MS = 2000
_MOST_WAITING = 8


def _message(payload, identifier=7, topic=b"t", kind=0x32):
    body = bytes([0, len(topic)]) + topic
    body += bytes([0, identifier]) if kind & 6 else b""
    body += payload
    size = len(body)
    length = bytes([size & 127 | 128, size >> 7]) if size > 127 else bytes([size])
    return bytes([kind]) + length + body


class _Talk:
    """A session against a script, with one message published."""

    def __init__(self, answer, *, trusts=False, more=(), **changes):
        self.clock = FakeClock()
        self.stream = ScriptedStream(self.clock, answer, **changes)
        self.streams = [self.stream]
        self.streams += [ScriptedStream(self.clock, one) for one in more]
        self._left = list(self.streams)
        self.session = Session(
            connect=self._connect,
            clock=self.clock,
            client_id="m",
            host="host",
            port=1883,
            user="",
            password="",
            message_bytes=512,
            trusts=trusts,
        )
        self.hearing = Hearing(self.session)
        self.session.open()
        self.session.publish("rill/m/readings", b"payload")

    def _connect(self, host, port, timeout_ms):
        if not self._left:
            raise OSError(errno.ECONNREFUSED)
        return self._left.pop(0)

    def hear(self):
        return self.hearing.next_message(_LISTEN_MS)


def test_a_message_in_front_of_the_acknowledgement_waits_and_is_acknowledged_when_we_say():
    for trusts in (False, True):
        talk = _Talk(_RESUMED + _message(b"one") + _message(b"two", 8) + _PUBACK, trusts=trusts)
        talk.hearing.subscribe(("c",), True)
        sent = b"".join(talk.stream.writes)
        expect(b"\x40\x02\x00\x07" in sent, False)
        topic, payload, identifier = talk.hear()
        expect((topic, payload), (b"t", b"one"))
        talk.hearing.acknowledge(identifier)
        expect(talk.hear()[1], b"two")
        talk.session.close()
        talk.session.abandon()
        # The second was not dealt with: it comes again.
        expect(talk.stream.writes[-1], b"\x40\x02\x00\x07\xe0\0")


def test_a_known_session_is_not_subscribed_again():
    for trusts in (False, True):
        talk = _Talk(_RESUMED + _PUBACK, trusts=trusts)
        talk.hearing.subscribe(("c",), True)
        expect([write[0] for write in talk.stream.writes if write[0] == 0x82], [])


def test_a_new_session_is_subscribed_with_qos_1():
    for trusts in (False, True):
        talk = _Talk(CONNACK + _PUBACK + _SUBACK, trusts=trusts)
        talk.hearing.subscribe(("rill/m/commands",), True)
        expect(talk.stream.writes[-1], b"\x82\x14\0\x02\0\x0frill/m/commands\x01")


def test_a_session_in_which_nobody_has_subscribed_is():
    talk = _Talk(_RESUMED + _PUBACK + _SUBACK)
    talk.hearing.subscribe(("rill/m/commands",), False)
    expect(talk.stream.writes[-1][0], 0x82)


def test_a_broker_that_refuses_the_subscription_costs_the_commands_only():
    talk = _Talk(CONNACK + _PUBACK + _SUBACK[:-1] + b"\x80")
    talk.hearing.subscribe(("c",), True)
    expect(talk.hear(), None)
    talk.session.close()


def test_the_connection_does_not_ask_for_a_clean_session():
    expect(_Talk(_RESUMED + _PUBACK).stream.writes[0][9], 0)


def test_listening_to_silence_takes_two_seconds():
    talk = _Talk(_RESUMED + _PUBACK)
    began_ms = talk.clock.ticks_ms()
    expect(talk.hear(), None)
    expect(talk.clock.elapsed_ms(began_ms), _LISTEN_MS)


def test_half_a_message_is_none_and_not_acknowledged():
    whole = _message(b"command")
    for size in range(1, len(whole)):
        talk = _Talk(_RESUMED + _PUBACK + whole[:size])
        expect(talk.hear(), None)
        talk.session.close()
        expect(talk.stream.writes[-1], b"\xe0\0")


def test_an_acknowledgement_whose_time_is_up_goes_out_with_the_goodbye():
    talk = _Talk(_RESUMED + _message(b"one") + _PUBACK)
    talk.hearing.acknowledge(talk.hear()[2])
    talk.clock.advance(30_000)
    talk.session.close()
    expect(talk.stream.writes[-1], b"\x40\x02\x00\x07\xe0\0")


def test_a_message_of_qos_0_is_heard_and_not_acknowledged():
    talk = _Talk(_RESUMED + _PUBACK + _message(b"one", kind=0x30))
    topic, payload, identifier = talk.hear()
    expect((topic, payload, identifier), (b"t", b"one", None))
    talk.hearing.acknowledge(identifier)
    talk.session.close()
    expect(talk.stream.writes[-1], b"\xe0\0")


def test_of_a_large_message_512_bytes_are_kept():
    for size in (511, 512, 513, 1024, 1025, 4000):
        talk = _Talk(_RESUMED + _message(b"x" * size) + _PUBACK)
        expect(talk.hear()[1], b"x" * min(size, 512))


def test_an_endless_topic_is_cut_too():
    payload = b"\x32\xd4\x0b\x05\xd0" + b"t" * 1488 + b"\0\7"
    talk = _Talk(_RESUMED + payload + _PUBACK)
    expect(talk.hear()[0], b"t" * 512)


def _identifiers(talk):
    """Of all that is heard."""
    found = []
    while True:
        message = talk.hear()
        if message is None:
            return found
        found.append(message[2][1])


def test_many_messages_are_no_reason_to_stop_and_eight_are_taken():
    waiting = b"".join([_message(b"x" * 400, n) for n in range(20)])
    talk = _Talk(_RESUMED + waiting + _PUBACK)
    expect(_identifiers(talk), list(range(_MOST_WAITING)))


def test_behind_one_that_was_passed_over_none_is_taken_in_this_session():
    """It would be obeyed before the one that comes again, which was sent first."""
    waiting = b"".join([_message(b"x", n) for n in range(_MOST_WAITING + 1)])
    later = b"".join([_message(b"x", n) for n in range(_MOST_WAITING + 1, 20)])
    talk = _Talk(_RESUMED + waiting + _PUBACK + later)
    expect(_identifiers(talk), list(range(_MOST_WAITING)))


def test_a_message_too_large_to_pass_over_ends_the_session_at_the_broker():
    """Or it would stand in front of everything in each session to come."""
    announced = b"\x32\xff\xff\x7f\0\1t\0\7"
    for answer in (announced, announced + b"x" * 9000):
        error = expect_raises(UplinkError, _Talk, _RESUMED + answer)
        expect(error.fault > 0, True)
        talk = _Talk(_RESUMED + _PUBACK + answer, more=(CONNACK,))
        expect_raises(UplinkError, talk.hear)
        talk.session.abandon()
        anew = talk.streams[1]
        expect((anew.writes[0][9], anew.writes[1], anew.closed), (2, b"\xe0\0", 1))
        expect(talk.stream.received <= 4200, True)
        talk.session.abandon()
        expect(anew.closed, 1)


def test_bad_messages_are_errors():
    for bad in (
        _message(b"one", kind=0x34),
        _message(b"one", kind=0x36),
        b"\x32\x03\0\1t",
        b"\x32\x01\0\1t\0\7",
        b"\x30\x02\0\1t",
    ):
        talk = _Talk(_RESUMED + _PUBACK + bad)
        expect_raises(UplinkError, talk.hear)
        talk.session.abandon()


def test_a_broker_that_closes_while_we_listen_is_an_error_of_listening_only():
    talk = _Talk(_RESUMED + _PUBACK, closes=True)
    expect_raises(UplinkError, talk.hear)
    talk.session.close()
    talk.session.abandon()


def test_2000_random_answers_to_listening_end_in_a_message_in_silence_or_an_error():
    random.seed(9)
    kinds = (b"\x30", b"\x32", b"\x40\x02", b"\x90\x03", b"\xd0\0", b"\xd0", b"\x20\x02", b"\xf0")
    heard = 0
    for _ in range(2000):
        answer = b""
        for _ in range(random.randint(0, 4)):
            answer += random.choice(kinds) if random.getrandbits(1) else _message(b"one")
            answer += bytes(random.getrandbits(8) for _ in range(random.choice((0, 0, 1, 5))))
        talk = _Talk(_RESUMED + _PUBACK + answer, closes=bool(random.getrandbits(1)))
        try:
            while talk.hear():
                heard += 1
        except UplinkError:
            pass
        talk.session.close()
        talk.session.abandon()
    expect(heard > 500, True)
