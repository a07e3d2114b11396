"""A head end under load: meters that publish, and `rill collect` as a process to be killed."""

import json
import subprocess
import sys
import threading
from contextlib import suppress
from random import Random

from paho.mqtt import client as mqtt

from rill.store import Store

DEADLINE_S = 30
_EVENT = [1_700_000_000, 12, -5, 100, "A. Miller", 0, 2]


def payload(device, first, count, stream="readings", **changes):
    """A message of `count` records from number `first` on."""
    row = [1_700_000_000, 5000, 100, 3600, 0, 2] if stream == "readings" else _EVENT
    found = {"v": 2, "device": device, "journal": "9f86d081884c7d65", "stream": stream}
    rows = [[seq, *row] for seq in range(first, first + count)]
    return json.dumps({**found, "oldest": 1, "rows": rows, **changes}).encode()


class Load:
    """Messages of seeded meters, each as (topic, payload); some come twice, some are no message.

    `records` has the (stream, device, number) of all of them, `bad` what can't be decoded.
    """

    def __init__(self, random: Random, meters: int = 20):
        self.records: set[tuple[str, str, int]] = set()
        self.bad: set[bytes] = set()
        self._random, self._meters = random, meters
        self._next: dict[tuple[str, str], int] = {}

    def messages(self, count: int) -> list[tuple[str, bytes]]:
        found = []
        while len(found) < count:
            found.append(self._message())
            if self._random.random() < 0.1:
                found.append(found[-1])
        return found

    def _message(self) -> tuple[str, bytes]:
        device = f"meter-{self._random.randrange(self._meters)}"
        if self._random.random() < 0.05:
            damaged = b"P%d" % self._random.getrandbits(64)
            self.bad.add(damaged)
            return f"rill/{device}/readings", damaged
        stream = self._random.choice(("readings", "readings", "events"))
        first = self._next.get((device, stream), 1)
        count = self._random.randint(1, 24)
        self._next[device, stream] = first + count
        self.records |= {(stream, device, seq) for seq in range(first, first + count)}
        return f"rill/{device}/{stream}", payload(device, first, count, stream)


class Publisher:
    """What the meters do: QoS 1, each message acknowledged in the end. A context manager."""

    def __init__(self, broker):
        self._changed = threading.Condition()
        self._is_listening = False
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(1000)
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()

    def publish(self, messages):
        """Returns when the broker has them all."""
        for sent in [self._client.publish(topic, body, qos=1) for topic, body in messages]:
            sent.wait_for_publish(DEADLINE_S)
            assert sent.is_published()

    def send(self, topic, body) -> None:
        """Returns at once; may be called while listening."""
        self._client.publish(topic, body, qos=1)

    def listen(self, topic, heard) -> None:
        """heard(text) is called for all that comes on the topic from now on."""

        def on_message(_client, _userdata, arrived):
            with self._changed:
                heard(arrived.payload.decode())
                self._changed.notify_all()

        def on_subscribe(*_arguments):
            with self._changed:
                self._is_listening = True
                self._changed.notify_all()

        self._client.on_message, self._client.on_subscribe = on_message, on_subscribe
        self._client.subscribe(topic, qos=1)
        assert self.wait_for(lambda: self._is_listening, DEADLINE_S)

    def wait_for(self, predicate, timeout_s):
        with self._changed:
            return self._changed.wait_for(predicate, timeout_s)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._client.disconnect()
        self._client.loop_stop()


class Collecting:
    """The process `rill collect`, subscribed; `said` is what it printed when it had ended."""

    def __init__(self, broker, address, *more):
        url = f"mqtt://{broker.host}:{broker.port}"
        if broker.tls_port:
            url = f"mqtts://{broker.host}:{broker.tls_port}"
        command = [sys.executable, "-m", "rill", "collect", "--broker", url, "--db", address]
        self._process = subprocess.Popen(
            [*command, "--json", *more], stdout=subprocess.PIPE, text=True
        )
        self.said: list[dict] = []
        assert "collecting" in self._process.stdout.readline()

    def kill_after(self, seconds: float) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self._process.kill()
        self._process.communicate()

    def stop(self) -> None:
        """As a service is; its last line has the counts."""
        self._process.terminate()
        out, _ = self._process.communicate(timeout=DEADLINE_S)
        assert self._process.returncode == 0
        self.said = [json.loads(line) for line in out.splitlines()]

    def wait_until(self, predicate) -> None:
        for _ in range(DEADLINE_S * 20):
            if predicate():
                return
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)
                raise AssertionError("rill collect has ended")
        raise AssertionError("it took too long")


def stored(store: Store) -> list[tuple[str, str, int]]:
    """All records of both streams, as of Load.records."""
    return [
        (stream, row["device"], row["seq"])
        for stream in ("readings", "events")
        for row in store.database.run(f"SELECT device, seq FROM {stream}")
    ]


def holds_all(store: Store, load: Load) -> bool:
    """Whether all of the load is there: each once, nothing else, what is bad raw."""
    found = stored(store)
    raw = {bytes(row["payload"]) for row in store.database.run("SELECT payload FROM raw")}
    return sorted(found) == sorted(load.records) and raw == load.bad


def kill_under_load(broker, address, seed: int, kills: int, most_messages: int) -> None:
    """Kill the collector at seeded instants; in the end every record is stored once."""
    random = Random(seed)
    load = Load(random)
    with Publisher(broker) as publisher, Store(address) as store:
        collecting = Collecting(broker, address)
        for _ in range(kills):
            publisher.publish(load.messages(random.randint(1, most_messages)))
            collecting.kill_after(random.uniform(0, 0.03))
            publisher.publish(load.messages(random.randint(0, most_messages // 4)))
            collecting = Collecting(broker, address)
        collecting.wait_until(lambda: holds_all(store, load))
        collecting.stop()
        assert collecting.said[-1]["conflicts"] == 0
        assert store.counts()
