"""Fakes of the ports of firmware/hal/__init__.py. Time moves only when somebody sleeps."""

_TICKS_MASK = 0x3FFFFFFF
_CALIBRATION = 3495253  # of 150 kHz: 2**19 / 0.15


class Slept(BaseException):
    """Deep sleep began: no `except Exception` of the firmware may hold it up."""

    def __init__(self, ms):
        self.ms = ms


class Restarted(BaseException):
    """The interpreter begins anew, and the chip goes on."""


class Cut(BaseException):
    """A reset: the wake ends here and now."""


class Fuse:
    """Blows at the n-th port call of a wake, 0 never does: a reset, or happens() is called."""

    def __init__(self, at=0):
        self.at = at
        self.calls = 0
        self.happens = None

    def burn(self):
        self.calls += 1
        if self.calls == self.at:
            if not self.happens:
                raise Cut
            self.happens()


class FakeClock:
    """The slow clock counts 150 kHz exactly, through everything but a loss of power."""

    def __init__(self, *, ticks_ms=(1 << 30) - 500, fuse=None):
        self._fuse = fuse or Fuse()
        self._ticks_ms = ticks_ms
        self._uptime_ms = 0
        self.set_to_s = None  # what a person at the prompt is shown

    def advance(self, ms):
        self._ticks_ms = (self._ticks_ms + ms) & _TICKS_MASK
        self._uptime_ms += ms

    def ticks_ms(self):
        return self._ticks_ms

    def elapsed_ms(self, since):
        return (self._ticks_ms - since) & _TICKS_MASK

    def sleep_ms(self, n):
        self.advance(n)

    def slow(self):
        return 150 * self._uptime_ms, _CALIBRATION

    def set_epoch_s(self, n):
        self._fuse.burn()
        self.set_to_s = n
        self._fuse.burn()

    def since_power_ms(self):
        return self._uptime_ms

    def lose_power(self):
        self._uptime_ms = 0
        self.set_to_s = None


class FakePower:
    """Retained memory is noise after a loss of power; a cut write is a torn one."""

    def __init__(self, fuse=None):
        self._fuse = fuse or Fuse()
        self.why = "power_on"
        self.is_brown_out = False
        self.dozed_ms = 0
        self.lose_power()

    def lose_power(self):
        self.memory = bytearray(b"\xa5" * 2048)
        self.why = "power_on"

    def cause(self):
        return self.why

    def was_brown_out(self):
        return self.is_brown_out

    def deep_sleep_ms(self, n):
        if not 1 <= n < 1 << 31:
            raise AssertionError("deep sleep of %r ms" % n)
        raise Slept(n)

    def restart(self):
        self.why = "restart"
        raise Restarted

    def reset(self):
        raise Cut

    def retained_read(self):
        return self.memory

    def retained_write(self, data):
        self._fuse.burn()
        begin = 0
        # Inside each copy of the state, behind both, inside what goes with the first, the whole.
        for end in (40, 440, 864, 900, len(data)):
            self.memory[begin:end] = memoryview(data)[begin:end]
            self._fuse.burn()
            begin = end

    def feed(self):
        pass

    def unique_id(self):
        return b"\1\2\3\4\5\6"


class FakeBattery:
    mv = 3600

    def read_mv(self):
        return self.mv


class FakeFiles:
    """The image's file system: name -> bytes. broken: every call fails."""

    def __init__(self, **contents):
        self.contents = contents
        self.broken = False

    def _check(self):
        if self.broken:
            raise OSError(5)

    def size(self, name):
        self._check()
        return len(self.contents[name]) if name in self.contents else None

    def read(self, name, offset, buffer):
        self._check()
        part = self.contents[name][offset : offset + len(buffer)]
        buffer[: len(part)] = part
        return len(part)

    def remove(self, name):
        self._check()
        del self.contents[name]

    def replace(self, name, data):
        self._check()
        self.contents[name] = bytes(data)

    def put_config(self, text):
        self.contents["config.json"] = text
