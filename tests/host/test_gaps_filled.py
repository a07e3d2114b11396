"""Promise: what a meter sent and nobody stored, of readings and of events, is asked for and comes
again.
"""

from collecting import Publisher
from commanded import DEADLINE_S, DEVICE, KEY, Commanded, mosquitto
from rill.collect.asking import Asking
from rill.collector import Collector
from rill.store import Store

_COMMANDS = f"rill/{DEVICE}/commands"


def _numbers(store, stream):
    rows = store.database.run(f"SELECT seq FROM {stream} ORDER BY seq")
    return [row["seq"] for row in rows]


def test_gaps_of_both_streams_are_filled(tmp_path):
    heard = []

    def asked():
        return [words[0] for words in heard if words[0].startswith("again")]

    with (
        mosquitto() as broker,
        Store(str(tmp_path / "rill.db")) as store,
        Publisher(broker) as head_end,
    ):
        meter = Commanded(tmp_path / "board", broker.port)
        with Collector(broker, store):
            meter.begin()
        known = {stream: _numbers(store, stream)[-1] for stream in ("readings", "events")}
        head_end.listen(_COMMANDS, lambda line: heard.append(line.split()[4:-1]))
        head_end.publish([(_COMMANDS, meter.line("burst_s", 60))])
        meter.wake()
        meter.wake()  # it tells that it has obeyed, and nobody stores it
        asking = Asking(store.database, {DEVICE: KEY}, look_s=0, grace_s=0)
        with Collector(broker, store, asking=asking) as collector:
            head_end.publish([(_COMMANDS, meter.line("burst_s", 90))])
            for count in (1, 2):
                meter.wake()
                meter.wake()
                assert head_end.wait_for(lambda count=count: len(asked()) >= count, DEADLINE_S)
            meter.wake()
            meter.wake()
            assert collector.wait_for(
                lambda: all(
                    found == list(range(1, found[-1] + 1)) and found[-1] > known[stream] + 1
                    for stream in known
                    for found in [_numbers(store, stream)]
                ),
                DEADLINE_S,
            )
        told = store.database.run("SELECT text FROM events WHERE code = 23 ORDER BY seq")
    assert sorted(asked()) == ["again", "again_events"]
    assert "burst_s 60" in [row["text"] for row in told] and store.conflicts == 0
