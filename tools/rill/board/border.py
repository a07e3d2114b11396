"""The board's side of the border: the only way from this interpreter to the simulated world.

Runs in unix-port MicroPython. Each request goes over a pipe to the process that owns time,
water, pins and the network (tools/rill/world.py), which answers it or ends this process, as
a reset ends a chip. Flash and retained memory are files that both sides can open.

Every crossing is counted. At the crossing that the world has chosen (the fuse) the board
is reset: so a reset can come before, between and in the middle of any two acts.
"""

import gc
import json
import os
import struct
from binascii import hexlify, unhexlify

from micropython import const

NOW_US = const(1)
SLEEP_US = const(2)
RTC_GET = const(3)  # seconds since 2000 on the board's clock
RTC_SET = const(4)
CAUSE = const(5)  # 0 power-on, 1 reset, 2 watchdog, 3 timer, 4 button, 5 coprocessor
ULP_PERIOD = const(6)  # index << 32 | microseconds
BYTES = const(7)  # of RTC slow memory: size << 32 | address
ADC_UV = const(8)
LINE_SET = const(9)  # pin << 1 | level
UART_WRITE = const(10)  # unit; data
UART_READ = const(11)  # unit << 16 | bytes
UART_ANY = const(12)  # unit
DEEP_SLEEP_MS = const(13)
RESET = const(14)
WATCHDOG_MS = const(15)
FEED = const(16)
LINK_UP = const(17)  # dB below 1 mW at which Wi-Fi is heard, 0: no network
TRUE_TIME_S = const(18)
PEEK = const(19)  # 32 bits of the address space
POKE = const(20)  # data: 4 bytes
FUSE = const(21)
CROSSINGS = const(22)
HEAP_PEAK = const(23)
ULP_LOAD = const(24)
ULP_RUN = const(25)
PCNT_START = const(26)  # unit; data: pin, counted edges (1 rising, 2 falling), filter cycles
PCNT_READ = const(27)  # unit; overflows since the last read << 16 | register
PCNT_STOP = const(28)  # unit
PIN_DIGITAL = const(29)  # pin: its pad leaves the RTC for the GPIO matrix
OVER = const(30)  # the run is over
ULP_WAKES = const(31)  # in the deep sleep that follows the coprocessor wakes the chip
WEAR = const(32)  # of the flash, in this run: Flash.wear()
NOTE = const(33)  # of a script that is not firmware
WIRE_RESET = const(34)  # pin of a 1-Wire bus; 1: somebody answers
WIRE_WRITE = const(35)  # pin; data
WIRE_READ = const(36)  # pin << 8 | bytes
LINE_GET = const(37)
UART_OPEN = const(38)  # unit << 32 | baud rate
DIALLED = const(40)  # unit; 1: the modem there has answered CONNECT
HANG_UP = const(41)  # unit; PPP has agreed to the end
RESTART = const(42)  # of the interpreter alone
LINE_HOLD = const(39)  # pin << 1 | 1: through deep sleep its pad stays as it is, 0: no longer
PIN_PULL = const(43)  # pin << 1 | 1: the chip pulls it up, 0: no longer
UARTS_DEAF = const(47)  # 1: they have no clock, 0: they have again

_RETAINED_BYTES = const(2048)
_LOOKS_AT_HEAP = const(4)  # one look takes as long as all else of a crossing
_OVER_BYTES = const(0xFFFFFFFF)  # as the size of an answer: the run is over, what have you seen?


class Border:
    def __init__(self, request_fd, answer_fd, retained_path, fuse):
        self._requests = open(request_fd, "wb")
        self._answers = open(answer_fd, "rb")
        self._retained = open(retained_path, "r+b")
        self._nvs_path = retained_path + ".nvs"
        self._fuse = fuse
        self._crossings = 0
        self._heap_peak = 0
        self._head = bytearray(12)
        self.flash = None  # set by start.py

    def cross(self):
        """Count an act that the world can see; here the board may be reset."""
        self._crossings += 1
        if not self._crossings % _LOOKS_AT_HEAP:
            self._heap_peak = max(self._heap_peak, gc.mem_alloc())
        if self._crossings == self._fuse:
            self._blow()

    def _blow(self):
        self._ask(WEAR, 0, self.flash.wear())
        self._ask(FUSE, 0, b"")
        self._answers.read(1)  # never comes: the world ends this process

    def call(self, operation, value=0, data=b""):
        """The world's answer as an integer."""
        self.cross()
        return self._ask(operation, value, data)[0]

    def call_bytes(self, operation, value=0):
        """The world's answer as bytes."""
        self.cross()
        return self._ask(operation, value, b"")[1]

    def never_return(self, operation, value=0):
        """For sleep and reset: this process ends inside."""
        self._report(self._crossings + 1)
        if self._crossings < self._fuse and operation != RESTART:
            self._blow()  # a fuse beyond the last act blows at the last moment
        self.call(operation, value)
        self._answers.read(1)

    def lose_power(self):
        """Nothing is told, nothing is kept: the world ends this process."""
        self._blow()

    def note(self, value, data):
        """Something that a script of the world's own has to say."""
        self._ask(NOTE, value, data)

    def _report(self, crossings):
        self._ask(CROSSINGS, crossings, b"")
        self._ask(WEAR, 0, self.flash.wear())
        self._ask(HEAP_PEAK, self._heap_peak, b"")

    def _ask(self, operation, value, data):
        self._requests.write(struct.pack("<BIq", operation, len(data), value))
        if data:
            self._requests.write(data)  # not joined: a heap that is nearly full has no room for it
        if self._answers.readinto(self._head) != len(self._head):
            raise SystemExit("the world has gone")
        answer, size = struct.unpack("<qI", self._head)
        if size == _OVER_BYTES:
            self._report(self._crossings)
            self._ask(OVER, 0, b"")  # never comes back
        return answer, self._answers.read(size) if size else b""

    def retained_read(self):
        self._retained.seek(0)
        return self._retained.read(_RETAINED_BYTES)

    def retained_write(self, data):
        if len(data) > _RETAINED_BYTES:
            raise ValueError("retained memory has %d bytes" % _RETAINED_BYTES)
        # A chip copies word by word: a reset finds half of it new and half of it old.
        self.cross()
        half = len(data) // 2
        data = memoryview(data)  # a chip takes no heap for it
        self._retained.seek(0)
        self._retained.write(data[:half])
        self.cross()
        self._retained.write(data[half:])
        self.cross()

    def nvs_read(self):
        try:
            with open(self._nvs_path) as f:
                return {key: unhexlify(blob) for key, blob in json.load(f).items()}
        except OSError:
            return {}

    def nvs_write(self, blobs):
        self.cross()
        with open(self._nvs_path + ".new", "w") as f:
            json.dump({key: str(hexlify(blob), "ascii") for key, blob in blobs.items()}, f)
        os.rename(self._nvs_path + ".new", self._nvs_path)
        self.cross()


border = None  # set by start.py before anything else is imported
