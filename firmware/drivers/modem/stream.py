"""A TCP connection inside the modem, the same object as a socket of Wi-Fi."""

import errno
from binascii import unhexlify

from micropython import const

from firmware.core import fault
from firmware.core.errors import UplinkError

_LOOK_MS = const(3000)  # what has come may not have been told: look now and then
_MOST_BYTES = const(4096)  # that nobody has asked for yet


class ModemStream:
    """at: the engine. host: a name, or an address for a family that resolves none."""

    def __init__(self, at, host, port, local_port):
        self._at = at
        self._family = family = at.family
        self._values = {"id": 0, "host": host, "port": port, "local_port": local_port}
        self._in = bytearray()
        self._has_more = self._is_closed = False
        if family.CREATE:
            self._values["id"] = self._created()
        self._named()
        at.on_urc = self._hear
        at.budget.sends()
        try:
            at.run(family.OPEN, self._values, fault.CONNECT)
        except UplinkError as error:
            raise self._given_up(error)

    def sendall(self, data, timeout_ms, is_last=False):
        """All of it, in as few pieces as the modem takes. is_last: nothing follows, and no
        answer but an acknowledgement is awaited, so the network may let go at once.
        """
        family, values = self._family, self._values
        view = memoryview(data)
        while view:
            if self._is_closed:
                raise UplinkError("sending to a closed connection", fault.CLOSED)
            part, view = view[: family.SEND_BYTES], view[family.SEND_BYTES :]
            values["n"], values["digits"], values["data"] = len(part), 2 * len(part), part
            self._at.budget.sends(1, len(part))
            steps = family.SEND_LAST if is_last and not view else family.SEND
            self._at.run(steps, values, fault.CLOSED)
        if is_last and family.LET_GO:
            self._at.run(family.LET_GO, values)

    def recv(self, n, timeout_ms):
        clock, began_ms = self._at.clock, self._at.clock.ticks_ms()
        while not self._in:
            left_ms = timeout_ms - clock.elapsed_ms(began_ms)
            if left_ms <= 0:
                raise OSError(errno.ETIMEDOUT)
            is_told = self._at.listen(self._has_news, min(left_ms, _LOOK_MS))
            if self._family.READ and (not self._is_closed or self._has_more):
                self._read(is_told)
            if self._is_closed and not self._in and not self._has_more:
                return b""
        data = bytes(self._in[:n])
        self._in = self._in[n:]
        self._at.budget.hears(len(data))
        return data

    def close(self):
        self._at.on_urc = None
        self._at.run(self._family.CLOSE, self._values)

    def _created(self):
        is_ok, lines = self._at.ask(self._family.CREATE.format(**self._values))
        for line in lines if is_ok else ():
            digits = line[line.find(":") + 1 :].strip()
            if digits.isdigit():
                return int(digits)
        # Seen: OK without a number. Some are still open from before somebody reset us.
        for number in range(7):
            self._values["id"] = number
            self._at.run(self._family.CLOSE, self._values)
        raise UplinkError("no socket", fault.CLOSED)

    def _named(self):
        """The beginnings of lines about this very socket."""
        names = [
            [text.format(**self._values) for text in texts]
            for texts in (self._family.ARRIVED, self._family.PUSHED, self._family.CLOSED)
        ]
        self._arrived, self._pushed, self._closed = names

    def _given_up(self, error):
        """The error with the cause that the modem tells on being asked; and the number of the
        socket is free again, which one that failed, or is of before a reset, may still have.
        """
        if error.fault in (fault.RESTARTED, fault.SILENT, fault.BUDGET):
            return error
        why = self._family.WHY
        for line in self._at.ask(why)[1] if why else ():
            digits = line[line.find(":") + 1 :].strip().split(",")[0]
            if digits.isdigit():
                cause = int(digits)
                error = UplinkError(line, self._family.CAUSES.get(cause, error.fault), cause)
                break
        try:
            self.close()
        except UplinkError as also:
            print(also)
        return error

    def _hear(self, text):
        for beginning in self._pushed:
            if text.startswith(beginning):
                self._take_hex(text.split(",")[-1])
                return
        for beginning in self._arrived:
            if text.startswith(beginning):
                self._has_more = True
        for beginning in self._closed:
            if text.startswith(beginning):
                self._is_closed = True

    def _has_news(self):
        return self._in or self._has_more or self._is_closed

    def _read(self, is_told):
        """Ask for what the modem holds; the news of it is not repeated until it is read empty."""
        self._values["n"] = self._family.READ_BYTES
        is_ok, lines = self._at.ask(self._family.READ.format(**self._values), 5000)
        before = len(self._in)
        if not is_ok:
            self._is_closed = self._is_closed or is_told
        elif self._family.READ_FIELD < 0:
            self._in += self._at.exchange.data
        else:
            for line in lines:
                parts = line.split(",")
                if len(parts) > self._family.READ_FIELD:
                    self._take_hex(parts[self._family.READ_FIELD])
        self._has_more = len(self._in) > before

    def _take_hex(self, digits):
        if len(self._in) > _MOST_BYTES:
            self._is_closed = True  # it talks and talks, and nobody of ours does so
            return
        try:
            self._in += unhexlify(digits.strip().strip('"'))
        except ValueError:
            raise UplinkError("an odd number of hex digits", fault.CLOSED)
