"""The radio network between a meter and its broker: a TCP relay on loopback that can fail."""

import socket
import struct
import threading
import time
from concurrent import futures

from rill.socket_thread import READ, WRITE, SocketThread

_CHUNK_BYTES = 65536
_CONNECT_TIMEOUT_S = 5.0
# How long a broker may take to close after the meter did; amqtt never does before a CONNECT.
BROKER_CLOSE_S = 1.0
# On, for 0 s: closing then resets the connection.
_RESET = struct.pack("ii", 1, 0)


class _Link:
    """One connection of the meter, and the one to the broker made for it.

    meter or broker is None once that side has gone. What was read and is yet to be passed on
    waits in up and down, each below 2 * _CHUNK_BYTES. end_at_s, once the broker was told that the
    meter has gone, is when (monotonic) to wait no more for it to close.
    """

    def __init__(self, meter, broker):
        self.meter, self.broker = meter, broker
        self.up, self.down = bytearray(), bytearray()
        self.end_at_s = None


def _bind(port):
    """Return a TCP socket bound to loopback at port, 0 for any."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _receive(connection):
    """Return what has arrived, b"" when the other side has closed, None when nothing has."""
    try:
        return connection.recv(_CHUNK_BYTES)
    except BlockingIOError:
        return None
    except OSError:
        return b""


class Network:
    """Relays TCP connections made to 127.0.0.1, `port`, to the broker, and can fail.

    `bytes_up` is how many bytes the meter wrote, lost ones included, `connections` how many
    it made. A context manager. One
    thread owns all sockets; it does what the setters ask before they return.
    """

    def __init__(self, broker_host, broker_port):
        """Listen; the broker is first called when the meter connects."""
        self._broker_address = (broker_host, broker_port)
        # Bound but not listening, it keeps the port ours through an outage.
        self._holder = _bind(0)
        self.port = self._holder.getsockname()[1]
        self.bytes_up = self._bytes_down = self.connections = 0
        self._sending = threading.Lock()
        self._up, self._blackhole = True, False
        self._links, self._settling = set(), []
        self._thread = SocketThread("rill-network", self._idle)
        self._listen()
        self._thread.start()

    @property
    def bytes_down(self):
        """How many bytes the meter was given."""
        with self._sending:
            return self._bytes_down

    @property
    def up(self):
        """Whether there is a network. While False, connections are reset and refused."""
        return self._up

    @up.setter
    def up(self, value):
        self._thread.ask(lambda: self._set_up(bool(value)))

    @property
    def blackhole(self):
        """Whether all bytes vanish, both ways, while connections stay and can be made.

        A stream that lost bytes goes on without them when this ends; connections made
        meanwhile, and those the broker closed meanwhile, are then closed.
        """
        return self._blackhole

    @blackhole.setter
    def blackhole(self, value):
        self._thread.ask(lambda: self._set_blackhole(bool(value)))

    def settle(self, timeout_s):
        """Wait until all bytes of the meter are passed on and all it closed is closed.

        The broker gets 1 s to close its side too. TimeoutError when it all takes longer.
        """
        settled = futures.Future()
        self._thread.ask(lambda: self._settling.append(settled))
        try:
            settled.result(timeout_s)
        except futures.TimeoutError as error:
            raise TimeoutError(f"the network did not settle within {timeout_s:g} s") from error

    def close(self):
        """Close all connections and end the thread; may be called again."""
        if self._thread.is_alive():
            self.up = False
            self._thread.stop()
            self._holder.close()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    def _idle(self):
        """Nothing is left to read: tell who waits for that; return the s to wait at most."""
        self._tell_if_settled()
        return self._end_overdue()

    def _tell_if_settled(self):
        """Settled: nothing is left to read (the caller has seen to that) nor to pass on."""
        if all(link.meter and not link.up for link in self._links):
            while self._settling:
                self._settling.pop().set_result(None)

    def _end_overdue(self):
        """End the links that waited long enough; return the s until the next, None for never."""
        now_s = time.monotonic()
        waiting = [link for link in self._links if link.end_at_s is not None]
        for link in waiting:
            if link.end_at_s <= now_s:
                self._end(link)
        return min((max(0.0, link.end_at_s - now_s) for link in waiting), default=None)

    def _listen(self):
        self._listener = _bind(self.port)
        self._listener.setblocking(False)
        self._listener.listen()
        self._thread.watch(self._listener, READ, self._accept)

    def _set_up(self, value):
        if value and not self._up:
            self._listen()
        elif self._up and not value:
            self._thread.close(self._listener)
            for link in list(self._links):
                self._end(link, reset=True)
        self._up = value

    def _set_blackhole(self, value):
        self._blackhole = value
        for link in list(self._links):
            if value:
                link.up.clear()
                link.down.clear()
                self._pass_up(link)
            self._watch(link)

    def _accept(self, listener, _mask):
        try:
            meter, _ = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.connections += 1
        link = _Link(meter, None if self._blackhole else self._call_broker())
        self._links.add(link)
        for connection in filter(None, (link.meter, link.broker)):
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._watch(link)

    def _call_broker(self):
        """Return a new connection to the broker, None when it cannot be reached."""
        try:
            return socket.create_connection(self._broker_address, _CONNECT_TIMEOUT_S)
        except OSError:
            return None

    def _serve(self, link, connection, mask):
        if mask & WRITE:
            pass_on = self._pass_down if connection is link.meter else self._pass_up
            pass_on(link)
        if mask & READ and connection is link.meter:
            self._read_meter(link)
        elif mask & READ and connection is link.broker:
            self._read_broker(link)
        self._watch(link)

    def _read_meter(self, link):
        received = _receive(link.meter)
        if received == b"":
            self._thread.close(link.meter)
            link.meter = None
            link.down.clear()
        elif received:
            self.bytes_up += len(received)
            if link.broker and not self._blackhole:
                self.meter_wrote(link, received)
        self._pass_up(link)

    def meter_wrote(self, link, data):
        """Pass data on, in this thread; a subclass may do that later, in part, and reset(link)."""
        link.up += data
        self._pass_up(link)

    def reset(self, link):
        """As when the broker's machine has gone."""
        self._end(link, reset=True)

    def _read_broker(self, link):
        received = _receive(link.broker)
        if received == b"":
            self._broker_left(link)
        elif received and link.meter and not self._blackhole:
            link.down += received
            self._pass_down(link)

    def _pass_up(self, link):
        """Send what waits to the broker; after the last of it, that the meter has gone."""
        if link.broker is None:
            return
        try:
            while link.up:
                del link.up[: link.broker.send(link.up)]
            if link.meter is None:
                link.broker.shutdown(socket.SHUT_WR)
                link.end_at_s = time.monotonic() + BROKER_CLOSE_S
        except BlockingIOError:
            return
        except OSError:
            self._broker_left(link)

    def _pass_down(self, link):
        """Send what waits to the meter; that it has gone is for _read_meter to find."""
        try:
            while link.down:
                # Who has received bytes must find them counted.
                with self._sending:
                    sent_bytes = link.meter.send(link.down)
                    self._bytes_down += sent_bytes
                del link.down[:sent_bytes]
        except BlockingIOError:
            return
        except OSError:
            link.down.clear()

    def _broker_left(self, link):
        self._thread.close(link.broker)
        link.broker = None
        link.up.clear()

    def _watch(self, link):
        """Wait for what a link needs next; end it when nothing is left to do."""
        if link.broker is None and not link.down and not (link.meter and self._blackhole):
            self._end(link)
            return
        meter_side, broker_side = (
            (link.meter, link.up, link.down),
            (link.broker, link.down, link.up),
        )
        for connection, read, unsent in (meter_side, broker_side):
            if connection:
                wanted = (READ if len(read) < _CHUNK_BYTES else 0) | (WRITE if unsent else 0)
                self._thread.watch(connection, wanted, self._serve, link)

    def _end(self, link, reset=False):
        """Close both sides; all that the meter wrote until now is counted."""
        if link.meter:
            while received := _receive(link.meter):
                self.bytes_up += len(received)
            if reset:
                link.meter.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        for connection in filter(None, (link.meter, link.broker)):
            self._thread.close(connection)
        link.meter = link.broker = None
        self._links.discard(link)
