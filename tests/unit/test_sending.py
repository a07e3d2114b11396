"""Promise: the cursor passes what is acknowledged or told as missing, and nothing else."""

import gc
import json

from expect import expect
from firmware.core import event, record
from firmware.sending import Stream
from firmware.storage import appending
from firmware.uplink.rows import Rows
from meter import Meter
from watch import begun, wakes

_BUDGET = 320  # bytes: some two rows a message


def _meter(pending=9):
    """A meter with records that no report has sent."""
    meter = begun(Meter(b'{"device": "m"}'))
    wakes(meter, pending - 1, pulses=2)
    expect(len(meter.readings()), pending)
    return meter


class _Sent:
    """A stream that goes out, and what is told meanwhile."""

    def __init__(self, meter, name="readings"):
        gc.collect()
        self.state = meter.state()
        self.commits = []
        self.told = []
        journal = getattr(meter.store(), name)
        head = (("device", "m"), ("journal", "00" * 8))
        self.stream = Stream(name, journal, self.state, Rows, head, _BUDGET, self._commit)
        self.seqs = []

    def _commit(self):
        self.commits.append(self.state.cursor_seq)

    def _note(self, *told):
        self.told.append(told)

    def run(self, messages=None):
        for payload in self.stream.messages(self._note):
            rows = json.loads(bytes(payload))["rows"]
            self.seqs += [row[0] for row in rows]
            if messages is not None:
                messages -= 1
                if not messages:
                    return


def test_the_cursor_moves_when_the_next_message_is_asked_for_and_not_before():
    meter = _meter()
    sent = _Sent(meter)
    expect(sent.state.cursor_seq, 1)
    messages = sent.stream.messages(sent._note)
    first = len(json.loads(bytes(next(messages)))["rows"])
    expect((sent.state.cursor_seq, sent.commits), (1, []))
    next(messages)
    expect((sent.state.cursor_seq, sent.commits), (1 + first, [1 + first]))
    for _ in messages:
        pass
    expect(sent.state.cursor_seq, 10)


def test_a_message_that_is_not_acknowledged_comes_again():
    meter = _meter()
    for messages in (1, 2):
        sent = _Sent(meter)
        sent.run(messages)
        again = sent.state.cursor_seq
        expect(again <= sent.seqs[-1], True)
        more = _Sent(meter)
        more.state.cursor_seq = again
        more.run()
        expect(more.seqs, list(range(again, 10)))


def test_each_message_says_what_it_is_and_what_is_the_oldest_that_is_stored():
    sent = _Sent(_meter())
    message = json.loads(bytes(next(sent.stream.messages(sent._note))))
    found = (
        message["v"],
        message["device"],
        message["journal"],
        message["stream"],
        message["oldest"],
    )
    expect(found, (2, "m", "00" * 8, "readings", 1))


def _damage(meter, seq):
    """Turn bits in the stored body of that record."""
    files = meter.files.folder("readings")
    name = files.names()[0]
    content = bytearray(files.size(name))
    files.read(name, 0, content)
    at = (seq - 1) * 52 + 20
    for n in range(8):
        content[at + n] ^= 0xA5
    files.replace(name, content)


def test_damaged_records_are_told_once_and_those_behind_them_are_sent():
    meter = _meter()
    for lost in (1, 2, 5):
        _damage(meter, lost)
    sent = _Sent(meter)
    sent.run()
    expect(sent.seqs, [3, 4, 6, 7, 8, 9])
    gaps = [(event.UNREADABLE, 1, 2, "readings"), (event.UNREADABLE, 5, 5, "readings")]
    expect((sent.told, sent.state.cursor_seq), (gaps, 10))
    again = _Sent(meter)
    again.state.cursor_seq = sent.state.cursor_seq
    again.run()
    expect((again.seqs, again.told), ([], []))


def test_a_gap_is_not_passed_before_what_stands_in_front_of_it_is_acknowledged():
    meter = _meter()
    _damage(meter, 5)
    sent = _Sent(meter)
    messages = sent.stream.messages(sent._note)
    while not sent.told:
        cursor = sent.state.cursor_seq
        expect(cursor <= 5, True)
        if 5 in [row[0] - 1 for row in json.loads(bytes(next(messages)))["rows"]]:
            break
    expect(sent.told, [(event.UNREADABLE, 5, 5, "readings")])
    expect(sent.state.cursor_seq, 6)


def test_what_was_dropped_before_it_was_sent_is_told():
    meter = _meter()
    store = meter.store()
    appending.close(store.readings.segments)
    store.readings.append(record.pack(meter.last()))
    appending.drop_oldest(store.readings.segments)
    sent = _Sent(meter)
    sent.run()
    expect((sent.seqs, sent.told), ([10], [(event.DROPPED, 1, 9, "readings")]))
    expect(sent.state.cursor_seq, 11)


def test_records_of_another_firmware_are_passed_and_told():
    meter = _meter(pending=2)
    reading, store = meter.last(), meter.store()
    store.readings.append(b"\x09 something newer")
    store.readings.append(record.pack(reading))
    sent = _Sent(meter)
    sent.run()
    expect((sent.seqs, sent.told), ([1, 2, 4], [(event.UNREADABLE, 3, 3, "readings")]))


def test_a_short_report_is_a_message_of_each_stream_and_the_next_one_sends_the_rest_once():
    meter = begun(Meter(b'{"device": "m", "broker_host": "b", "message_bytes": 320}'))
    meter.network.no_broker = True
    wakes(meter, 12, pulses=2)
    meter.network.no_broker = False
    before = len(meter.network.rows)
    meter.sends_little = True
    meter.press(early_ms=60_000)
    meter.wake()
    first = len(meter.network.rows) - before
    expect(1 <= first <= 8, True)  # of twelve and more
    expect(meter.state().cursor_seq, before + first + 1)
    meter.sends_little = False
    meter.press(early_ms=60_000)
    meter.wake()
    seqs = [row[0] for row in meter.network.rows]
    expect(seqs, list(range(1, len(meter.readings()) + 1)))
