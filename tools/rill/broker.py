"""The MQTT broker of a run: one of our own on loopback, or one that already runs elsewhere."""

import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote

DEFAULT_PORT = 1883
LOOPBACK = "127.0.0.1"
START_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 5.0
PROBE_TIMEOUT_S = 1.0
START_ATTEMPTS = 4

_ADDRESS = re.compile(
    r"(?:mqtt://(?:(?P<username>[^\s:@/]+)(?::(?P<password>[^\s@/]*))?@)?)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?"
)
_REFUSALS = {
    1: "it does not speak MQTT 3.1.1",
    2: "it refused our client id",
    3: "it says it is not available",
    4: "it refused the user name or password",
    5: "it does not let this user in",
}

# Debian keeps daemons out of an ordinary user's PATH.
_DAEMON_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")

# As root, mosquitto would change to a user who cannot read a private configuration file.
_MOSQUITTO_CONFIG = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
set_tcp_nodelay true
sys_interval 0
log_dest stderr
log_type error
user root
"""

_AMQTT_PROGRAM = """\
import asyncio, logging
from amqtt.broker import Broker

logging.basicConfig(level=logging.ERROR)

async def main():
    anonymous = "amqtt.plugins.authentication.AnonymousAuthPlugin"
    broker = Broker({{
        "listeners": {{"default": {{"type": "tcp", "bind": "127.0.0.1:{port}"}}}},
        "plugins": {{anonymous: {{"allow_anonymous": True}}}},
    }})
    await broker.start()
    await asyncio.Event().wait()

asyncio.run(main())
"""

# The broker's parent: it ends the broker when its standard input closes, which happens
# however we end, even by SIGKILL.
_KEEPER_PROGRAM = """\
import os, subprocess, sys, threading

def end_with_parent():
    os.read(0, 1)
    broker.kill()

broker = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
threading.Thread(target=end_with_parent, daemon=True).start()
os._exit(broker.wait() & 0xFF)
"""


class BrokerError(Exception):
    """There is no usable broker: one sentence that names the address tried."""


def parse_url(url):
    """Return (host, port, username or None, password or None) of a broker's address.

    Accepts `mqtt://[user[:password]@]host[:port]` (user and password percent-encoded) and
    `host[:port]`; the port is 1..65535, by default 1883. Raises BrokerError for all else.
    """
    match = _ADDRESS.fullmatch(url)
    port = int(match["port"] or DEFAULT_PORT) if match else 0
    if not 1 <= port <= 65535:
        shown = re.sub(r"//.*@", "//...@", url)
        raise BrokerError(
            f"broker address {shown!r} is not of the form mqtt://[user:password@]host[:port] "
            "or host[:port]"
        )
    username, password = (part and unquote(part) for part in match.group("username", "password"))
    return match["host"].strip("[]"), port, username, password


def _connect_packet(username, password):
    """Return an MQTT 3.1.1 CONNECT for a clean session, its keep-alive 60 s."""
    fields = [f"rill-probe-{os.urandom(4).hex()}", username, password]
    flags = 0x02 | (0x80 if username is not None else 0) | (0x40 if password is not None else 0)
    encoded = [field.encode() for field in fields if field is not None]
    body = b"\0\4MQTT\4" + struct.pack(">BH", flags, 60)
    body += b"".join(struct.pack(">H", len(field)) + field for field in encoded)
    length, left = bytearray(), len(body)
    while left > 127:
        length.append(left & 127 | 128)
        left >>= 7
    length.append(left)
    return b"\x10" + length + body


def _receive(connection, size_bytes, deadline_s):
    """Return size_bytes from the socket, fewer if it was closed; TimeoutError when too late."""
    received = b""
    while len(received) < size_bytes:
        connection.settimeout(max(0.001, deadline_s - time.monotonic()))
        piece = connection.recv(size_bytes - len(received))
        if not piece:
            break
        received += piece
    return received


def check_answers(host, port, username=None, password=None, timeout_s=ANSWER_TIMEOUT_S):
    """Connect as an MQTT client and leave; BrokerError unless it lets us in within timeout_s."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    deadline_s = time.monotonic() + timeout_s
    try:
        with socket.create_connection((host, port), timeout_s) as connection:
            connection.sendall(_connect_packet(username, password))
            answer = _receive(connection, 4, deadline_s)
            if answer == b"\x20\x02\x00\x00":
                connection.sendall(b"\xe0\x00")
    except TimeoutError as error:
        reason = f"no answer within {timeout_s:g} s"
        raise BrokerError(f"no broker at {address}: {reason}") from error
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BrokerError(f"no broker at {address}: {reason}") from error
    if answer[:2] != b"\x20\x02" or len(answer) < 4:
        raise BrokerError(f"no broker at {address}: what answers there does not speak MQTT")
    if answer[3]:
        reason = _REFUSALS.get(answer[3], f"it refused with code {answer[3]}")
        raise BrokerError(f"no broker at {address}: {reason}")


def find_mosquitto():
    """Return the path of the mosquitto program, None when it is not installed."""
    folders = [os.environ.get("PATH", os.defpath), *_DAEMON_FOLDERS]
    return shutil.which("mosquitto", path=os.pathsep.join(folders))


def _mosquitto_version(path):
    """Return what the mosquitto at path says of its version, such as '2.0.11'."""
    told = subprocess.run([path, "-h"], capture_output=True, text=True)
    match = re.search(r"mosquitto version (\S+)", told.stdout)
    return match[1] if match else "of unknown version"


def _choose(program):
    """Return (name and version, file name, file text, command) of the broker to start.

    The text holds `{port}`; the file's path is to be added to the command. Raises BrokerError
    when program ("mosquitto", "amqtt", or None for the first of these) is not installed.
    """
    mosquitto = find_mosquitto()
    if mosquitto and program in (None, "mosquitto"):
        name = f"mosquitto {_mosquitto_version(mosquitto)}"
        return name, "mosquitto.conf", _MOSQUITTO_CONFIG, [mosquitto, "-c"]
    try:
        if program in (None, "amqtt"):
            name = f"amqtt {metadata.version('amqtt')}"
            return name, "amqtt_broker.py", _AMQTT_PROGRAM, [sys.executable]
    except metadata.PackageNotFoundError:
        program = "mosquitto or amqtt" if program is None else program
    raise BrokerError(f"no broker can be started at {LOOPBACK}: {program} is not installed")


def _free_port():
    """Return a TCP port that is free on loopback now; another process may still take it."""
    with socket.socket() as holder:
        holder.bind((LOOPBACK, 0))
        return holder.getsockname()[1]


def _wait_until_ready(process, port, deadline_s):
    """Return None once the broker lets clients in, else (it ended, or too late) the reason."""
    while process.poll() is None:
        try:
            check_answers(LOOPBACK, port, timeout_s=PROBE_TIMEOUT_S)
            if process.poll() is None:
                return None
        except BrokerError as error:
            if time.monotonic() > deadline_s:
                return str(error)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    return f"it ended with code {process.returncode}"


class Broker:
    """A running broker: `host, port, username, password` to connect with, and its `name`.

    tls_port: the same broker over TLS, None: not that we know.

    Made by `Broker.local()` or `Broker.at(url)`; a context manager that ends what it started.
    """

    def __init__(self, host, port, username=None, password=None, name=""):
        self.host, self.port = host, port
        self.username, self.password = username, password
        self.name = name
        self.tls_port = None
        self.context = None  # of TLS
        self._process = None

    @classmethod
    def at(cls, url):
        """Return the broker at url (see parse_url); BrokerError unless it answers in 5 s."""
        host, port, username, password = parse_url(url)
        check_answers(host, port, username, password)
        return cls(host, port, username, password, name=re.sub(r"//.*@", "//", url))

    @classmethod
    def local(cls, program=None, certificate=None, more_config="", more_tls="", port=None):
        """Start a broker on loopback, on a free port or this one; it is ready on return.

        program is "mosquitto", "amqtt", or None for the first of these that is installed.
        certificate: files, it and its key, of a listener of mosquitto for TLS at tls_port.
        more_config: lines for mosquitto's configuration, more_tls: of that listener.
        Raises BrokerError when none is, or when it is not ready in 10 s.
        """
        name, file_name, text, command = _choose(program)
        tls_port = _free_port() if certificate else None
        text += more_config
        if certificate:
            lines = "listener {} {}\ncertfile {}\nkeyfile {}\n"
            text += lines.format(tls_port, LOOPBACK, *certificate) + more_tls
        recipe = file_name, text, command
        deadline_s = time.monotonic() + START_TIMEOUT_S
        for _ in range(START_ATTEMPTS):
            broker = cls(LOOPBACK, port or _free_port(), name=name)
            broker.tls_port = tls_port
            with ExitStack() as on_failure:
                on_failure.callback(broker.close)
                reason = broker._start(*recipe, deadline_s)
                if reason is None:
                    on_failure.pop_all()
                    return broker
            if time.monotonic() > deadline_s:
                break
        raise BrokerError(f"{name} did not start at {LOOPBACK}:{broker.port}: {reason}")

    def _start(self, file_name, text, command, deadline_s):
        """Start the broker; return None when ready, else the reason (see _wait_until_ready).

        The files are gone on return: a broker reads them only while it starts.
        """
        with tempfile.TemporaryDirectory(prefix="rill-broker-") as folder:
            path, log_path = Path(folder, file_name), Path(folder, "log")
            path.write_text(text.format(port=self.port))
            with log_path.open("wb") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-c", _KEEPER_PROGRAM, *command, str(path)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    start_new_session=True,
                )
            reason = _wait_until_ready(self._process, self.port, deadline_s)
            said = log_path.read_text(errors="replace").strip().splitlines()
            return reason and " - ".join([reason, *said[-1:]])

    def close(self):
        """End the broker, if it is ours, and wait until it is gone; may be called again."""
        if self._process is None:
            return
        self._process.stdin.close()
        self._process.wait()
        self._process = None

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()
