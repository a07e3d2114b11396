"""The data connection of a modem, its name server, and what its sockets do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rill.modem.sockets import Connection

if TYPE_CHECKING:
    from rill.modem.modem import Modem

_NOBODY = "192.0.2.1"
_NO_ADDRESS = "0.0.0.0"
_HEADER_BYTES = 40  # of IP and TCP
_OPEN_CLOSE_PACKETS = 7
_CLOSE_S = 0.3


class Net:
    """is_attached: the network has a connection for us. is_active: the application asked for it,
    where a modem makes that difference. connections: by number of the socket.
    """

    def __init__(self, modem: Modem):
        self._m = modem
        self.is_attached = self.is_active = self.is_half_open = False
        self.connections: dict[int, Connection] = {}
        self.sessions: list[tuple[int, int, int, float]] = []
        self.opened = self.sends = self.bytes_up = self.bytes_down = self.bursts = 0
        self.air_bytes = 0
        self.made: set[int] = set()  # numbers that were given out before a connection
        self._names: dict[str, str] = {}

    # The data connection.

    def up(self) -> None:
        """The network gave an address."""
        now_us = self._m.agenda.now_us
        self.is_attached = not self._m.faults.holds("pdp_refused", now_us)
        self.is_half_open = self._m.faults.hit("pdn_half_open", now_us)

    def down(self) -> None:
        """Gone, and every socket with it."""
        self.is_attached = self.is_active = self.is_half_open = False
        self.drop_all()

    def drop_all(self) -> None:
        """No socket is left."""
        self.made.clear()
        for number in list(self.connections):
            self.drop(number)

    def activate(self) -> bool:
        """What QIACT and CNACT ask for."""
        now_us = self._m.agenda.now_us
        if not self._m.radio.is_registered or self._m.faults.holds("pdp_refused", now_us):
            return False
        if not self.is_active:
            self.is_half_open = self._m.faults.hit("pdn_half_open", now_us)
        self.is_attached = self.is_active = True
        self._m.radio.active(0.5 * self._m.radio.rtt_s(), sends=1)
        return True

    def deactivate(self) -> None:
        self.is_active = self.is_half_open = False
        self.drop_all()

    def address(self) -> str:
        """0.0.0.0 when there is none."""
        if not self.is_attached or self.is_half_open:
            return _NO_ADDRESS
        seed = self._m.seed * 31 + self._m.radio.attaches * 7
        return f"10.{seed % 200 + 20}.{seed // 7 % 250}.{seed // 3 % 250 + 2}"

    def carries(self) -> bool:
        """Whether bytes can be sent."""
        return self.address() != _NO_ADDRESS and self._m.radio.is_registered

    def lose(self) -> None:
        """The network ends the data connection."""
        self.is_active = False
        self.is_attached = not self._m.dialect.needs_activation and self.is_attached
        self.drop_all()
        self._m.dialect.pdn_lost(self._m)

    # Names.

    def asks(self) -> float:
        """A question to the name server goes out; seconds until its answer is here."""
        wait_s = 2 * self._m.radio.rtt_s()
        if self.carries():
            self._m.radio.active(wait_s, sends=1)
        return wait_s

    def find(self, host: str) -> str | None:
        """The address of a host, as the network's name server says."""
        m, now_us = self._m, self._m.agenda.now_us
        if not self.carries() or m.faults.hit("dns_failure", now_us):
            return None
        if m.faults.hit("dns_wrong", now_us):
            return _NOBODY
        if host.replace(".", "").isdigit():
            return host
        if host not in self._names:
            if m.peer(host, 0) is None:
                return None
            self._names[host] = f"10.64.0.{len(self._names) + 1}"
        return self._names[host]

    def _address_of(self, host: str, port: int) -> tuple[str, int] | None:
        for name, address in self._names.items():
            if address == host:
                host = name
        return self._m.peer(host, port)

    # Sockets.

    def open(self, number: int, host: str, port: int) -> str:
        """ "ok", "network", "busy", "name" or "refused"; takes about two round trips."""
        m, now_us = self._m, self._m.agenda.now_us
        if not self.carries():
            return "network"
        if number in self.connections or m.faults.hit("socket_busy", now_us):
            return "busy"
        m.radio.active(m.radio.rtt_s(), sends=1)
        is_name = not host.replace(".", "").isdigit()
        if is_name and (m.faults.hit("dns_failure", now_us)):
            return "name"
        if m.faults.hit("connect_refused", now_us) or host == _NOBODY:
            return "refused"
        address = self._address_of(host, port)
        if address is None:
            return "name" if is_name else "refused"
        connection = Connection.open(number, host, port, address, now_us)
        if connection is None:
            return "refused"
        self.opened += 1
        self.air_bytes += _OPEN_CLOSE_PACKETS * _HEADER_BYTES
        self.connections[number] = connection
        if m.faults.hit("broker_closes", now_us):
            m.agenda.after(2 * m.radio.rtt_s(), lambda: self._other_side_left(connection))
        return "ok"

    def send(self, number: int, data: bytes) -> bool:
        """Whether the modem took the data; what becomes of them is another matter."""
        m, now_us = self._m, self._m.agenda.now_us
        connection = self.connections.get(number)
        self.sends += 1
        if m.faults.hit("brown_out", now_us):
            m.reboot("BROWNOUT")
            return False
        failed = m.faults.hit("send_fail", now_us)
        if not connection or connection.is_closed or not self.carries() or failed:
            return False
        if m.faults.hit("ecl_change", now_us):
            m.radio.worsen()
        if m.faults.hit("data_lost", now_us):
            connection.is_lost = True
        rtt_s = m.radio.rtt_s()
        begins = connection.send(data, now_us, int(rtt_s * 1e6))
        self.bursts += begins
        self.bytes_up += len(data)
        self.air_bytes += len(data) + 2 * _HEADER_BYTES
        m.radio.active(rtt_s, sends=1)
        if m.faults.hit("tcp_reset", now_us):
            m.agenda.after(0.5, lambda: self._other_side_left(connection, reset=True))
        return True

    def take(self, number: int, most: int) -> bytes:
        """Of what was received, at most so much."""
        connection = self.connections.get(number)
        if connection is None:
            return b""
        now_us = self._m.agenda.now_us
        if self._m.faults.hit("tiny_reads", now_us):
            most = min(most, 1)
        elif most > 2 and self._m.faults.hit("short_read", now_us):
            most = self._m.random.randrange(1, most)
        data = bytes(connection.received[:most])
        del connection.received[:most]
        if not connection.received:
            connection.is_told = False
        return data

    def drop(self, number: int) -> None:
        """Close it and count what it carried."""
        connection = self.connections.pop(number, None)
        if connection is None:
            return
        connection.close()
        self.sessions.append(connection.account(self._m.agenda.now_us))

    def close(self, number: int) -> None:
        """As the host asks: a last exchange on the air, unless it has been closed already."""
        connection = self.connections.get(number)
        if connection and not connection.is_closed and self.carries():
            self._m.radio.active(_CLOSE_S)
        self.drop(number)

    def poll(self) -> None:
        """Receive what has come from the other sides by now."""
        for connection in list(self.connections.values()):
            if connection.is_closed or not self.carries():
                continue
            data = connection.poll(self._m.agenda.now_us)
            if data is None:
                self._other_side_left(connection)
            elif data:
                self._received(connection, data)

    def _received(self, connection: Connection, data: bytes) -> None:
        m, now_us = self._m, self._m.agenda.now_us
        if m.faults.hit("puback_lost", now_us):
            return
        connection.counts(data)
        self.bytes_down += len(data)
        self.air_bytes += len(data) + 2 * _HEADER_BYTES
        m.radio.active(0.1)
        m.dialect.received(m, connection, data)
        if m.faults.hit("fin_with_unread", now_us):
            self._other_side_left(connection)

    def _other_side_left(self, connection: Connection, *, reset: bool = False) -> None:
        if self.connections.get(connection.number) is connection and not connection.is_closed:
            connection.close(reset=reset)
            self._m.dialect.closed(self._m, connection)
