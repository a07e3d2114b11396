"""The end of a report: what was sent to the meter since the last one is obeyed and answered.

Imported when all that was pending has arrived, and its buffers are gone.
"""

from micropython import const

from firmware.core.errors import UplinkError
from firmware.uplink.hearing import Hearing

_LISTEN_MS = const(2000)  # behind the last acknowledgement, and each message
# A session that the broker still had: what waited in it came before the acknowledgements did.
_BRIEFLY_MS = const(1000)
_MOST_MESSAGES = const(16)  # in one report; the others wait at the broker


def listen(session, power, profile, obey, state, is_known):
    """obey(line) does what a line commands, and returns what Profile.answer() takes. is_known: we
    have subscribed in the session that the broker may still have.
    """
    hearing = Hearing(session)
    try:
        state.is_subscribed = int(hearing.subscribe(profile.subscriptions(), is_known))
        wait_ms = _BRIEFLY_MS if hearing.is_resumed and session.client.pid else _LISTEN_MS
        for _ in range(_MOST_MESSAGES):
            message = hearing.next_message(wait_ms)
            if message is None:
                break
            wait_ms = _LISTEN_MS
            topic, payload, identifier = message
            answer = _answer(profile, topic, payload, obey)
            if answer:
                # Bytes: of a text umqtt would announce the characters and send the bytes.
                session.publish(answer[0].encode(), answer[1])
            hearing.acknowledge(identifier)
            power.feed()
        for topic, payload in profile.settled():
            session.publish(topic, payload)
    except (UplinkError, MemoryError) as error:
        # All that was pending has arrived; what was not acknowledged comes again.
        print("no more is heard: %s" % error)


def _answer(profile, topic, payload, obey):
    """(topic, payload) that goes back, None: nobody waits for one."""
    try:
        line, context = profile.command_of(topic, payload)
    except UnicodeError:
        obey(b"")  # refused and told
        return None
    outcome = None if line is None else obey(line)
    return profile.answer(context, outcome) if outcome or context else None
