"""A head end that acknowledges as it is told to, so that sessions end in the middle.

Just enough of MQTT 3.1.1 for one client: CONNECT, PUBLISH with QoS 1, SUBSCRIBE, DISCONNECT. That
a real broker is served as well is proved elsewhere (tests/host, tests/prove).
"""

import socket
import struct
import threading

from rill.decoding import decode
from rill.message import EventRow, Message

_CONNACK = b"\x20\x02\x00\x00"
_CONNECT, _PUBLISH_QOS1, _SUBSCRIBE, _DISCONNECT = 0x10, 0x32, 0x82, 0xE0


class Book:
    """What has arrived. rows by (journal, stream, seq); conflicts: came with other content."""

    def __init__(self):
        self.rows: dict[tuple[str, str, int], tuple] = {}
        self.conflicts = 0
        self.odometer_ml = 0
        self.live_ml: int | None = None  # of a meter without a journal

    def copied(self) -> "Book":
        twin = Book()
        twin.rows, twin.conflicts = dict(self.rows), self.conflicts
        twin.odometer_ml, twin.live_ml = self.odometer_ml, self.live_ml
        return twin

    def enter(self, message: Message) -> None:
        for row in message.rows:
            content = row[2:6] if isinstance(row, EventRow) else row[2:5]
            if message.stream != "events":
                self.odometer_ml = max(self.odometer_ml, row.odometer_ml)
            if message.stream == "live":
                self.live_ml = row.odometer_ml
            else:
                key = message.journal, message.stream, row.seq
                self.conflicts += self.rows.setdefault(key, content) != content


class HeadEnd:
    """Listens on `port`; a context manager.

    book: where messages are entered from the next connection on; a daily status is acknowledged,
    and that is all. acks: so many of the other messages are acknowledged in each session, then the
    connection is closed: an even number of them, and the next message is lost, an odd one, and it
    is received. None: all are acknowledged.
    """

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.book = Book()
        self.acks: int | None = None
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            serve = _Session(connection, self.book, self.acks).serve
            threading.Thread(target=serve, daemon=True).start()

    def __enter__(self) -> "HeadEnd":
        return self

    def __exit__(self, *_error) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # or accept() would go on, for the next one
        self._thread.join()
        self._listener.close()


class _Session:
    def __init__(self, connection: socket.socket, book: Book, acks: int | None):
        self._connection = connection
        self._stream = connection.makefile("rb")
        self._book = book
        self._acks = acks
        self._is_lost = acks is not None and acks % 2 == 0

    def serve(self) -> None:
        with self._connection, self._stream:
            try:
                while self._packet():
                    pass
            except OSError:
                return  # the meter has gone in the middle, as it does here

    def _packet(self) -> bool:
        """Answer one packet; False when there will be no other."""
        kind = self._stream.read(1)
        if not kind:
            return False
        size = shift = 0
        while True:
            digit = self._stream.read(1)
            if not digit:
                return False
            size |= (digit[0] & 0x7F) << shift
            shift += 7
            if not digit[0] & 0x80:
                break
        body = self._stream.read(size)
        if len(body) < size or kind[0] == _DISCONNECT:
            return False
        if kind[0] == _CONNECT:
            self._connection.sendall(_CONNACK)
            return True
        if kind[0] == _SUBSCRIBE:
            self._connection.sendall(b"\x90\x03" + body[:2] + b"\x01")
            return True
        return kind[0] == _PUBLISH_QOS1 and self._publish(body)

    def _publish(self, body: bytes) -> bool:
        behind_topic = 2 + struct.unpack_from(">H", body)[0]
        found = decode(body[2:behind_topic].decode(), body[behind_topic + 2 :])
        if found and (self._acks != 0 or not self._is_lost):
            self._book.enter(found)
        if found and self._acks is not None:
            if not self._acks:
                return False
            self._acks -= 1
        self._connection.sendall(b"\x40\x02" + body[behind_topic : behind_topic + 2])
        return True
