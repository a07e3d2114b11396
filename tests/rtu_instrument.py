"""A Modbus RTU instrument of pymodbus behind a wire that can be spoilt."""

import asyncio
import os
import pty
import select
import threading
import time
import tty

from pymodbus.datastore import ModbusDeviceContext, ModbusSequentialDataBlock, ModbusServerContext
from pymodbus.server import ModbusSerialServer

_LATE_S = 0.3
# The ports of a ModbusBus in the unix port of MicroPython.
SERIAL_AND_CLOCK = """
import select, time

class Serial:
    def __init__(self, path):
        self.file = open(path, "r+b")
        self.poll = select.poll()
        self.poll.register(self.file, select.POLLIN)
    def readinto(self, buffer):
        if not self.poll.poll(0):
            return 0
        buffer[:1] = self.file.read(1)
        return 1
    def write(self, data):
        self.file.write(data)

class Clock:
    def ticks_ms(self):
        return time.ticks_ms()
    def elapsed_ms(self, since):
        return time.ticks_diff(time.ticks_ms(), since)
    def sleep_ms(self, ms):
        time.sleep_ms(ms)
"""


class Instrument:
    """path: of the terminal at which it answers. spoil: what happens to the next answers.

    b"crc": a bit is flipped. b"lost". b"half": its end is. b"late": by 0.3 s. echoes: the question
    comes back first, as from a transceiver that hears itself.
    """

    def __init__(self, registers: dict[int, int]):
        values = [registers.get(address, 0) for address in range(max(registers) + 1)]
        block = ModbusSequentialDataBlock(1, values)
        self._context = ModbusServerContext(ModbusDeviceContext(hr=block, ir=block), single=True)
        self.spoil: list[bytes] = []
        self.echoes = False

    def __enter__(self) -> "Instrument":
        self._near, far = pty.openpty()  # the meter's end of the wire is `far`
        self._far, server = pty.openpty()  # the instrument's
        for fd in (self._near, far, self._far, server):
            tty.setraw(fd)
        self.path = os.ttyname(far)
        self._server_path = os.ttyname(server)
        self._keep = far, server
        self._ends = threading.Event()
        ready = threading.Event()
        self._threads = [
            threading.Thread(target=self._serve, args=(ready,), daemon=True),
            threading.Thread(target=self._carry, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        assert ready.wait(10)
        return self

    def __exit__(self, *_error) -> None:
        self._ends.set()
        self._loop.call_soon_threadsafe(self._stop.set)
        for thread in self._threads:
            thread.join(10)
        for fd in (self._near, self._far, *self._keep):
            os.close(fd)

    def _serve(self, ready: threading.Event) -> None:
        async def run():
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            server = ModbusSerialServer(self._context, port=self._server_path, baudrate=9600)
            task = asyncio.create_task(server.serve_forever())
            await asyncio.sleep(0.2)
            ready.set()
            await self._stop.wait()
            await server.shutdown()
            task.cancel()

        asyncio.run(run())

    def _carry(self) -> None:
        """Both ways; an answer is what comes without a pause."""
        while not self._ends.is_set():
            for fd in select.select([self._near, self._far], [], [], 0.05)[0]:
                data = os.read(fd, 512)
                if fd == self._near:
                    if self.echoes:
                        os.write(self._near, data)
                    os.write(self._far, data)
                else:
                    while select.select([self._far], [], [], 0.02)[0]:
                        data += os.read(self._far, 512)
                    self._answer(data)

    def _answer(self, data: bytes) -> None:
        how = self.spoil.pop(0) if self.spoil else b""
        if how == b"late":
            time.sleep(_LATE_S)
        if how == b"crc":
            data = data[:-1] + bytes((data[-1] ^ 1,))
        if how == b"half":
            data = data[: len(data) // 2]
        if how != b"lost":
            os.write(self._near, data)
