"""Promise: acknowledged records that are asked for go out once more, of the stream that they are
asked of; power that fails anywhere leaves all that is still wanted, or the command comes again.
"""

from commands import commanded, outcomes, sent, signed
from cuts import next_cut
from expect import expect
from firmware.core.seal import seal, unseal
from meter import Meter
from watch import begun, check, wakes


def _wanted(known):
    """(stream, first, last) of a state or checkpoint; None: no range."""
    if known.again_seq < known.again_end:
        return known.again_stream, known.again_seq, known.again_end - 1
    return None


def _seqs(rows):
    return [row[0] for row in rows]


def _meter():
    """With five events and more that the head end has."""
    meter = commanded()
    meter.wake()
    expect(meter.state().event_cursor_seq > 5, True)
    return meter


def test_acknowledged_readings_are_sent_again_when_they_are_asked_for():
    meter = begun(Meter())
    wakes(meter, 8, pulses=1)
    check(meter)
    had = len(meter.network.rows)
    for first, expected in ((4, [4, 5, 6, 7, 8, 9]), (0, list(range(1, 11)))):
        state = meter.state()
        state.again_seq, state.again_end = first, state.cursor_seq
        retained = meter.retained()
        retained.load()
        retained.save(state)
        del meter.network.rows[had:]
        meter.press(early_ms=1_000_000)
        meter.wake()
        expect(_seqs(meter.network.rows[had:])[-len(expected) :], expected)
        expect(_wanted(meter.state()), None)


def test_readings_are_sent_again():
    meter = commanded()
    for n in range(3):
        meter.pulse(n + 1)
        meter.wake()
    rows = [row for row in meter.network.rows if row[0] in (2, 3)]
    expect(outcomes(sent(meter, signed("again 2 3"))), [(1, "done")])
    (answer,) = sent(meter, signed("again 1 2", 2))
    expect(answer["outcome"], "done")  # they went out before it came
    again = [row for row in meter.network.rows if row[0] in (2, 3)][len(rows) :]
    expect([row[:3] for row in again], [row[:3] for row in rows])
    (answer,) = sent(meter, signed("again 1 1", 3))
    expect(answer["outcome"], "done")


def test_what_earlier_firmware_was_asked_for_goes_out_behind_an_update():
    meter = commanded()
    wakes(meter, 3)
    state = meter.state()
    state.again_seq, state.again_end, state.command_counter = 1, 4, 77
    meter.vault.save(state)
    content = unseal(meter.nvs.content.pop("checkpoint2"))
    meter.nvs.content["checkpoint1"] = seal(content[:-1])  # it knew no other stream
    rows = len(meter.network.rows)
    meter.lose_power()  # and with it goes the retained memory, which it had in another layout
    meter.wake()
    seqs = _seqs(meter.network.rows[rows:])
    expect((seqs[-3:], state.cursor_seq in seqs), ([1, 2, 3], True))
    expect((meter.state().command_counter, meter.vault.load().command_counter), (77, 77))


def test_events_are_sent_again_behind_those_that_are_new_and_no_reading_is():
    meter = _meter()
    first = [row for row in meter.network.events if 2 <= row[0] <= 5]
    (answer,) = sent(meter, signed("again_events 2 5", 9))
    expect((answer["outcome"], answer["before"], answer["after"]), ("done", 2, 5))
    events, rows = len(meter.network.events), _seqs(meter.network.rows)
    meter.wake()
    found = meter.network.events[events:]
    expect(found[-4:], first)
    expect([row[2:] for row in found[:-4]][0][:3], [23, 2, 5])
    expect(_wanted(meter.state()), None)
    new = _seqs(meter.network.rows)[len(rows) :]
    expect([seq for seq in new if seq in rows], [])
    meter.wake()
    expect([seq for seq in _seqs(meter.network.events[events + len(found) :]) if seq <= 5], [])


def test_ranges_to_be_sent_again_wait_for_each_other_whichever_stream_they_are_of():
    for one, other in (("again", "again"), ("again", "again_events"), ("again_events", "again")):
        meter = commanded()
        meter.wake()
        answers = sent(meter, signed(one + " 1 2", 1), signed(other + " 1 1", 2))
        expect([a["outcome"] for a in answers], ["done", "refused"])
        expect(answers[1]["reason"], "not possible: 1 to 2 come first")
        (answer,) = sent(meter, signed(other + " 1 1", 3))
        expect(answer["outcome"], "done")


def _cut(cut, prepare, finish):
    """Power is lost at port calls of the wake behind prepare(), first at this one."""
    is_over = False
    while not is_over:
        meter = prepare()
        events = len(meter.network.events)
        is_over = meter.wake(cut) is not None
        if meter.state():
            yield cut, _wanted(meter.state())
        meter.lose_power()
        yield cut, _wanted(meter.vault.load())
        for _ in range(4):
            meter.wake()
        expect((cut, _wanted(meter.state())), (cut, None))
        again = _seqs(meter.network.events[events:])
        expect((cut, [seq for seq in range(2, 6) if seq not in again]), (cut, []))
        finish(meter)
        cut = next_cut(cut)


def test_power_lost_while_the_command_is_obeyed_leaves_the_whole_range_or_none():
    def prepare():
        meter = _meter()
        meter.network.commands.append(signed("again_events 2 5", 9))
        return meter

    def finish(meter):
        left = [line for line in meter.network.commands if line is not None]
        expect((left, meter.state().command_counter), ([], 9))

    meter = prepare()
    meter.wake()
    seen = {wanted for _, wanted in _cut(meter.obeyed_at, prepare, finish)}
    expect(seen, {None, (1, 2, 5)})


def test_power_lost_while_they_go_out_leaves_those_that_did_not():
    def prepare():
        meter = _meter()
        sent(meter, signed("again_events 2 5", 9))
        expect(_wanted(meter.vault.load()), (1, 2, 5))
        return meter

    for cut, wanted in _cut(1, prepare, lambda meter: None):
        stream, _, last = wanted or (1, 0, 5)
        expect((cut, stream, last), (cut, 1, 5))
