"""A meter on the simulated board, a real broker, and a head end that commands it."""

import json
import queue
from array import array
from contextlib import contextmanager

import pytest
from paho.mqtt import client as mqtt

from rill.board_process import Board
from rill.broker import Broker, find_mosquitto
from rill.decoding import decode
from rill.image import build, build_board
from rill.linked import configuration, modem_of
from rill.settings import Settings
from rill.signing import sign
from rill.trace import Trace
from rill.world import WORLD_BEGAN_S, World

KEY = bytes(range(32))
DEVICE = "m"
COMMAND, COMMAND_REFUSED = 23, 24
DEADLINE_S = 10


class HeadEnd:
    """events: as they came: (code, before, after, text)."""

    def __init__(self, port: int):
        self.events: list[tuple] = []
        self.answers: queue.Queue = queue.Queue()
        self.rows: list[int] = []
        self._subscribed: queue.Queue = queue.Queue()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.on_message = self._take
        self._client.on_subscribe = lambda *_: self._subscribed.put(True)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._client.subscribe("rill/+/+", qos=1)
        self._subscribed.get(timeout=DEADLINE_S)

    def _take(self, _client, _data, message):
        if message.topic.endswith("/answers"):
            self.answers.put(json.loads(message.payload))
        elif not message.topic.endswith("/commands"):
            found = decode(message.topic, message.payload)
            if found is None:
                return  # the status of the day
            if found.stream == "events":
                self.events += [(row.code, row.before, row.after, row.text) for row in found.rows]
            else:
                self.rows += [row.seq for row in found.rows]

    def send(self, line: str | bytes, device: str = DEVICE) -> None:
        """It is at the broker when this returns."""
        self._client.publish(f"rill/{device}/commands", line, qos=1).wait_for_publish(DEADLINE_S)

    def answer(self) -> dict:
        return self.answers.get(timeout=DEADLINE_S)

    def close(self) -> None:
        self._client.loop_stop()
        self._client.disconnect()


class Commanded:
    """The meter, awake and asleep. counter: of the command that was signed last."""

    def __init__(
        self,
        folder,
        port: int,
        *,
        broker_port: int | None = None,
        link: str = "wifi",
        heap_bytes: int | None = None,
        **config,
    ):
        settings = Settings(trace=Trace([], 1), days=1, link=link)
        self.world = World(array("q"), modem=modem_of(settings, 0, lambda: port))
        self.board = Board(folder, build(), build_board(), self.world, heap_bytes=heap_bytes)
        values = {"device": DEVICE, "broker_port": broker_port or port, "report_s": 3600}
        values |= configuration(link)
        (self.board.flash / "config.json").write_text(json.dumps(values | config))
        (self.board.flash / "command.key").write_text(KEY.hex())
        self.counter = 0

    def wake(self, cause: str = "timer", fuse: int = 0):
        ending = self.board.wake(cause, fuse)
        if ending.kind == "sleep":
            self.world.sleep_until(self.world.wakes_us(ending.sleep_ms))
        return ending

    def begin(self) -> None:
        """It has reported, and is known at the broker."""
        self.wake("power_on")
        self.wake()

    def line(self, name: str, *arguments, key: bytes = KEY, device: str = DEVICE) -> str:
        self.counter += 1
        now_s = WORLD_BEGAN_S + self.world.now_us // 1_000_000
        return sign(key, device, self.counter, now_s + 86_400, name, *arguments)

    def commanded(self) -> dict:
        """What commands have set."""
        path = self.board.flash / "commanded.json"
        return json.loads(path.read_text())["values"] if path.exists() else {}


@contextmanager
def mosquitto():
    """Commands need a broker that keeps sessions as it should."""
    if not find_mosquitto():
        pytest.skip("mosquitto is not installed")
    with Broker.local("mosquitto") as broker:
        yield broker


def end_session(port: int) -> None:
    """The broker forgets the meter."""
    connected: queue.Queue = queue.Queue()
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=DEVICE, clean_session=True)
    client.on_connect = lambda *_: connected.put(True)
    client.connect("127.0.0.1", port)
    client.loop_start()
    connected.get(timeout=DEADLINE_S)
    client.disconnect()
    client.loop_stop()
