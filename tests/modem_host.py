"""A host on virtual time for the simulated modem, and a server that answers what it is sent."""

import contextlib
import socket
import threading

from rill.modem.faults import Faults
from rill.modem.modem import Modem

BEGAN_S = 1_767_225_600
HOST, PORT = "broker.rill.test", 1883


class Server:
    """Answers each piece it receives with answer(piece); b"" closes. A context manager."""

    def __init__(self, answer=lambda data: data):
        self._answer = answer
        self.received = b""
        self.is_silent = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        with connection, contextlib.suppress(ConnectionError):
            while data := connection.recv(4096):
                self.received += data
                if self.is_silent:
                    continue
                answer = self._answer(data)
                if not answer:
                    return
                connection.sendall(answer)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._listener.close()

    def peer(self, host, port):
        return ("127.0.0.1", self.port) if host in (HOST, "10.64.0.1") else None


class Host:
    """What a driver does, without one: send a line, read until a text or a deadline."""

    def __init__(self, model, server=None, *, seed=5, faults=(), chances=None, **settings):
        days_us = 30 * 86_400_000_000
        self.faults = Faults(faults, seed, days_us, chances)
        peer = server.peer if server else lambda host, port: None
        self.modem = Modem(
            model, seed=seed, faults=self.faults, peer=peer, began_s=BEGAN_S, **settings
        )
        self.now_us = 0
        self.heard = b""
        self.modem.open(self.modem.model.baud, 0)

    def wait(self, seconds):
        """Listen for so long; what came."""
        return self.until(None, seconds)

    def until(self, text, seconds=60.0):
        """Listen until text came, at most so many seconds; all that was heard meanwhile."""
        end_us = self.now_us + int(seconds * 1e6)
        while self.now_us < end_us:
            self.now_us += 20_000
            self.heard += self.modem.read(4096, self.now_us)
            if text is not None and text.encode() in self.heard:
                end = self.heard.index(text.encode()) + len(text)
                found, self.heard = self.heard[:end], self.heard[end:]
                return found.decode("latin-1")
        found, self.heard = self.heard, b""
        assert text is None, f"no {text!r} in {found!r}"
        return found.decode("latin-1")

    def send(self, data):
        self.modem.write(data, self.now_us)

    def at(self, command, final="OK\r\n", seconds=60.0):
        """Send AT and the command; what was said until final."""
        self.send(b"AT" + command.encode() + b"\r")
        return self.until(final, seconds)

    def press(self, seconds, name="key"):
        self.modem.pin(name, 1, self.now_us)
        self.heard = self.wait(seconds).encode("latin-1")
        self.modem.pin(name, 0, self.now_us)

    def start(self):
        """On, understood, echo off."""
        if self.modem.model.key_on_ms:
            self.press(self.modem.model.key_on_ms / 1000 + 0.1)
        said = self.wait(8.0)
        self.send(b"AT\r")
        self.until("OK\r\n")
        self.at("E0")
        self.at("+CMEE=1")
        return said

    def attach(self):
        """Registered; what it said on the way."""
        self.start()
        self.at("+CEREG=0")
        self.at("+CFUN=1")
        for _ in range(60):
            stat = self.at("+CEREG?").split("+CEREG:")[1].split("\r")[0].split(",")[1].strip()
            if stat in ("1", "5"):
                return stat
            self.wait(1.0)
        raise AssertionError("never registered")
