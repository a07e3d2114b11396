"""The end of a report: what was sent to the meter since the last one is obeyed and answered.

Imported when all that was pending has arrived, and its buffers are gone.
"""

from micropython import const

from firmware.core.errors import UplinkError
from firmware.uplink.hearing import Hearing

_LISTEN_MS = const(2000)  # behind the last acknowledgement, and each message
_MOST_MESSAGES = const(16)  # in one report; the others wait at the broker


def listen(session, power, profile, obey, state, is_known):
    """obey(line) does what a line commands, and returns what Profile.answer() takes. is_known: we
    have subscribed in the session that the broker may still have.
    """
    hearing = Hearing(session)
    try:
        hearing.subscribe(profile.subscriptions(), is_known)
        state.is_subscribed = 1
        for _ in range(_MOST_MESSAGES):
            message = hearing.next_message(_LISTEN_MS)
            if message is None:
                break
            topic, payload, identifier = message
            line, context = profile.command_of(topic, payload)
            outcome = None if line is None else obey(line)
            if outcome or context:
                answer = profile.answer(context, outcome)
                if answer:
                    session.publish(*answer)
            hearing.acknowledge(identifier)
            power.feed()
    except (UplinkError, MemoryError) as error:
        # All that was pending has arrived; what was not acknowledged comes again.
        print("no more is heard: %s" % error)
