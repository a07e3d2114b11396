"""Runs in which the broker, or the session there, is lost in the middle of reports."""

import select
import time
from random import Random

from paho.mqtt import client as mqtt

from rill.broker import Broker
from rill.household import household
from rill.network import Network
from rill.simulate import Run, Settings
from rill.verdict import is_sound

# It saves what it keeps after each change, and is killed while it does, too.
_LASTING = "persistence true\npersistence_location {}/\nautosave_on_changes true\n"
_AUTOSAVE = "autosave_interval 1\n"
_PUBLISH = 3
_MOST_DELAY_S = 0.005
_MOST_IN_A_ROW = 5  # then a message gets through
_DEADLINE_S = 10


def _publish_at(data):
    """Where in what the meter has written its message begins, None: it is of something else."""
    at = 0
    while at < len(data):
        if data[at] >> 4 == _PUBLISH:
            return at
        at, size, shift = at + 1, 0, 0
        for digit in data[at : at + 4]:
            at, size, shift = at + 1, size | (digit & 127) << shift, shift + 7
            if digit < 128:
                break
        at += size
    return None


def _await_answer(link):
    """The broker has answered; nobody has read it yet."""
    readable, _, _ = select.select([link.broker], [], [], _DEADLINE_S)
    assert readable, "the broker does not answer"


class Mortal:
    """A mosquitto that keeps its port and its sessions when it is killed and started anew."""

    def __init__(self, folder):
        self._config = _LASTING.format(folder) + _AUTOSAVE
        self._broker = None
        self.port = None
        self.start()
        self.url = f"mqtt://127.0.0.1:{self.port}"

    @property
    def is_dead(self):
        return self._broker is None

    def start(self):
        self._broker = Broker.local("mosquitto", more_config=self._config, port=self.port)
        self.port = self._broker.port

    def kill(self):
        """SIGKILL; it is gone on return."""
        if self._broker:
            self._broker.close()
            self._broker = None

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.kill()


class _KillingNetwork(Network):
    """Kills the broker between a message of the meter and its PUBACK, which is never passed on.

    `killed`: how often before it had the message, with a part of it, with all of it for up to
    five milliseconds, and with its PUBACK sent. heard() is the number of messages that the head
    end has.
    """

    def __init__(self, host, port, mortal, random, kills, heard):
        super().__init__(host, port)
        self.killed = dict.fromkeys(("before", "within", "behind", "answered"), 0)
        self._mortal, self._random, self._kills = mortal, random, kills
        self._heard = heard
        self._in_a_row = 0
        self._acknowledged = 0  # since the last kill

    def begin(self, heard):
        """The broker lives, and the head end has received so many messages until now."""
        self._acknowledged = heard

    def meter_wrote(self, link, data):
        if _publish_at(data) != 0:
            super().meter_wrote(link, data)
        elif sum(self.killed.values()) == self._kills or self._in_a_row == _MOST_IN_A_ROW:
            super().meter_wrote(link, data)
            self._acknowledged += 1  # or there will be no other one
            self._in_a_row = 0
        else:
            self._in_a_row += 1
            self._kill(link, data)

    def _kill(self, link, data):
        # mosquitto acknowledges before it saves: what it has lost then no meter can know.
        deadline_s = time.monotonic() + _DEADLINE_S
        while self._heard() < self._acknowledged:
            assert time.monotonic() < deadline_s, "an acknowledged message did not arrive"
            time.sleep(0.0002)
        where = min(self.killed, key=self.killed.get)  # in turns
        if where == "within":
            data = data[: self._random.randrange(1, len(data))]
        if where != "before":
            super().meter_wrote(link, data)
            time.sleep(self._random.uniform(0, _MOST_DELAY_S))
        if where == "answered":
            _await_answer(link)
        self._mortal.kill()
        self.killed[where] += 1
        self.reset(link)


class KilledBroker(Run):
    """Kills `mortal`, which is the settings' broker, so many times: `network.killed`."""

    def __init__(self, settings, mortal, kills):
        super().__init__(settings)
        self._mortal, self._kills = mortal, kills

    def network_to(self, host, port):
        random = Random(self.settings.seed)
        return _KillingNetwork(
            host, port, self._mortal, random, self._kills, lambda: self.collector.messages
        )

    def before_wake(self, wake):
        if self._mortal.is_dead:
            self._mortal.start()
            kills = sum(self.network.killed.values())
            assert self.collector.wait_for(
                lambda: self.collector.interruptions == kills and self.collector.is_subscribed,
                _DEADLINE_S,
            )
            self.network.up = True
        self.network.begin(self.collector.messages)


class _TakingNetwork(Network):
    """Before the first message of each second connection another client with the name comes.

    So many times; then no more.
    """

    def __init__(self, host, port, name, most):
        super().__init__(host, port)
        self.takeovers = 0
        self._broker_port, self._name, self._most = port, name, most
        self._spared = 0  # the connections up to this one

    def meter_wrote(self, link, data):
        at = _publish_at(data)
        is_over = self.takeovers == self._most or self.connections == self._spared
        if at is None or is_over or self.connections % 2:
            super().meter_wrote(link, data)
            return
        self._spared = self.connections
        if at:
            super().meter_wrote(link, data[:at])
            _await_answer(link)
        self._take_over()
        super().meter_wrote(link, data[at:])

    def _take_over(self):
        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id=self._name, clean_session=False
        )
        client.connect("127.0.0.1", self._broker_port)
        deadline_s = time.monotonic() + _DEADLINE_S
        while not client.is_connected():
            assert time.monotonic() < deadline_s, "the other client is not let in"
            client.loop(0.05)
        self.takeovers += 1
        client.disconnect()


class TakenOver(Run):
    """The session is taken over so many times, never in two connections in a row."""

    def __init__(self, settings, takeovers):
        super().__init__(settings)
        self._takeovers = takeovers

    def network_to(self, host, port):
        return _TakingNetwork(host, port, self.settings.device, self._takeovers)


def check_kills(folder, monkeypatch, *, seed, days, slot_s, report_s, kills):
    """Report every report_s while the broker is killed; in the end all is there once."""
    monkeypatch.setattr("rill.collector._AGAIN_S", 0.01)  # the broker is back soon
    with Mortal(folder) as mortal:
        settings = Settings(
            trace=household(seed, days),
            days=days,
            seed=seed,
            slot_s=slot_s,
            report_s=report_s,
            broker=mortal.url,
            database=str(folder / "rill.db"),
        )
        run = KilledBroker(settings, mortal, kills)
        n = run.result()
    killed = run.network.killed
    assert sum(killed.values()) == kills and all(killed.values()), killed
    assert is_sound(n, 1000), n
    assert n["records_unique"] == n["records_stored"] == days * 86_400 // slot_s + 1
    assert n["records_pending"] == n["records_lost"] == n["bad_messages"] == 0
    assert n["duplicates"] > 0  # readings that had arrived, and were sent again
