"""The network of a fake meter: what it takes, and what does not work of it."""

import errno
import json
import struct

from stream import CONNACK


class ToyNetwork:
    """The link and the broker behind it. Faults: switches named by what does not work."""

    is_careful = True

    def __init__(self, meter):
        self._meter = meter
        self.no_link = self.no_time = self.no_broker = self.no_puback = False
        self.down_fails = self.close_fails = False
        self.offset_s = 0  # what the network's time is wrong by
        self.rows = []
        self.events = []
        self.live = []
        self.messages = []
        self.told = []  # (topic, payload) of all else
        self.sessions = 0
        self.has_session = False
        self.subscriptions = 0
        self.refuses_subscriptions = False
        self.commands = []  # lines that wait at the broker, all on this topic:
        self.command_topic = b"rill/m/commands"
        self.answers = []

    def up(self, timeout_ms):
        self._meter.fuse.burn()
        if self.no_link:
            raise OSError(errno.ETIMEDOUT)

    def network_time_s(self):
        self._meter.fuse.burn()
        if self.no_time:
            raise OSError(errno.ETIMEDOUT)
        return self._meter.true_s() + self.offset_s

    def connect(self, host, port, timeout_ms):
        self._meter.fuse.burn()
        if self.no_broker:
            raise OSError(errno.ECONNREFUSED)
        self.sessions += 1
        self._answer = b""
        return self

    def down(self):
        self._meter.fuse.burn()
        if self.down_fails:
            raise OSError(errno.EIO)

    def sendall(self, data, timeout_ms, is_last=False):
        self._meter.fuse.burn()
        data = bytes(data)
        while data:
            at = 2 if data[1] < 128 else 3
            end = at + data[1] if at == 2 else at + (data[1] & 127 | data[2] << 7)
            self._take(data[0], data[at:end])
            data = data[end:]
        self._meter.fuse.burn()

    def _take(self, kind, body):
        if kind == 0x10:
            self._forget()  # of a session that was cut off
            self._answer += b"\x20\x02\x01\x00" if self.has_session else CONNACK
            for n in range(len(self.commands) if self.has_session else 0):
                line = self.commands[n]
                topic = self.command_topic
                head = struct.pack(">H", len(topic)) + topic + bytes([0, n + 1])
                size = len(head) + len(line)
                self._answer += bytes([0x32, size & 127 | 128, size >> 7]) + head + line
        elif kind == 0x82:
            self.has_session = True
            self.subscriptions += 1
            self._answer += b"\x90\x03" + body[:2]
            self._answer += b"\x80" if self.refuses_subscriptions else b"\x01"
        elif kind == 0x40:
            self.commands[body[1] - 1] = None
        elif kind == 0xE0:
            self._forget()
        elif kind == 0x32 and not self.no_puback:
            at = 2 + struct.unpack(">H", body[:2])[0]
            topic, payload = str(body[2:at], "utf-8"), body[at + 2 :]
            if not topic.startswith("rill/"):
                self.told.append((topic, payload))
            elif topic.endswith("answers"):
                self.answers.append(json.loads(payload))
            elif topic.endswith(("readings", "events", "live")):
                message = json.loads(payload)
                self.messages.append(message)
                streams = {"readings": self.rows, "events": self.events, "live": self.live}
                streams[message["stream"]] += message["rows"]
            else:
                self.told.append((topic, payload))
            self._answer += b"\x40\x02" + body[at : at + 2]

    def _forget(self):
        """What was acknowledged does not come again."""
        self.commands = [line for line in self.commands if line is not None]

    def recv(self, n, timeout_ms):
        if not self._answer:
            self._meter.clock.advance(timeout_ms)
            raise OSError(errno.ETIMEDOUT)
        part, self._answer = self._answer[:n], self._answer[n:]
        return part

    def close(self):
        if self.close_fails:
            raise OSError(errno.EIO)
