"""A whole meter over fake ports and a real journal on littlefs, wake by wake."""

import errno
import gc
import json
import struct

from counter import FakeCounter
from firmware.core import record
from firmware.core.errors import StorageFault
from firmware.cycle import Cycle
from firmware.storage.reader import Reader
from firmware.storage.state import RetainedState
from firmware.storage.store import Store
from flash import RamFlash, mounted, remounted, unmount
from ports import Cut, FakeBattery, FakeClock, FakeFiles, FakePower, Fuse, Slept
from stream import CONNACK

TRUE_S = 1_790_000_000  # when the meter gets power for the first time
CONFIG = b'{"device": "m", "broker_host": "b", "report_s": %d, "message_bytes": 256}'


class CutFiles:
    """Files with a fuse before and behind each change."""

    def __init__(self, files, fuse):
        self._files = files
        self._fuse = fuse
        for name in ("read", "size", "names", "capacity_bytes"):
            setattr(self, name, getattr(files, name))

    def append(self, name, data):
        self._fuse.burn()
        self._files.append(name, data)
        self._fuse.burn()

    def replace(self, name, data):
        self._fuse.burn()
        self._files.replace(name, data)
        self._fuse.burn()

    def remove(self, name):
        self._fuse.burn()
        self._files.remove(name)
        self._fuse.burn()


class Network:
    """The link and the broker behind it. Faults: switches named by what does not work."""

    def __init__(self, meter):
        self._meter = meter
        self.no_link = self.no_time = self.no_broker = self.no_puback = False
        self.down_fails = self.close_fails = False
        self.offset_s = 0  # what the network's time is wrong by
        self.rows = []
        self.sessions = 0

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

    def sendall(self, data, timeout_ms):
        self._meter.fuse.burn()
        if data[0] == 0x10:
            self._answer += CONNACK
        elif data[0] == 0x32 and not self.no_puback:
            at = 2 if data[1] < 128 else 3
            at += 2 + struct.unpack_from(">H", data, at)[0]
            self.rows += json.loads(bytes(data[at + 2 :]))["rows"]
            self._answer += b"\x40\x02" + bytes(data[at : at + 2])
        self._meter.fuse.burn()

    def recv(self, n, timeout_ms):
        if not self._answer:
            self._meter.clock.advance(timeout_ms)
            raise OSError(errno.ETIMEDOUT)
        part, self._answer = self._answer[:n], self._answer[n:]
        return part

    def close(self):
        if self.close_fails:
            raise OSError(errno.EIO)


class Meter:
    def __init__(self, config=CONFIG % 3600, stays_awake=False):
        unmount()  # makes room: the one before this is done with
        gc.collect()
        self.fuse = Fuse()
        self.clock = FakeClock(fuse=self.fuse)
        self.power = FakePower(self.fuse)
        self.counter = FakeCounter(self.clock, self.fuse, stays_awake)
        self.has_counter = True
        self.system = FakeFiles()
        if config is not None:
            self.system.put_config(config)
        self.flash = RamFlash()
        self.files = mounted(self.flash)
        self.network = Network(self)
        self.storage_fails = False
        self.report_crashes = False
        self.battery = FakeBattery()
        self.pulses = 0
        self.asked = 1  # power-ons and presses of the button
        self._true_ms = TRUE_S * 1000
        self.power_on_s = TRUE_S

    # The world.

    def true_s(self):
        return self._true_ms // 1000

    def advance(self, ms):
        self._true_ms += ms
        self.clock.advance(ms)
        self.counter.sleep(ms)

    def pulse(self, n=1, early_ms=0):
        """Pulses so much earlier than the sleep would have ended; a counter that asks ends it."""
        self.pulses += self.counter.pulse(n)
        self.end_sleep_when_asked(early_ms)

    def end_sleep_when_asked(self, early_ms):
        if self.counter.asks() and self.power.why == "timer":
            self.advance(-early_ms)
            self.power.why = "ulp"

    def lose_power(self):
        self.clock.lose_power()
        self.counter.lose_power()
        self.power.lose_power()
        self.power_on_s = self.true_s()
        self.asked += 1
        self.flash = self.flash.copy()
        self.files = remounted(self.flash)
        self.pulses = self.stored_pulses()

    def press(self, early_ms):
        """The button ends the sleep so much earlier than it would have ended."""
        self.advance(-early_ms)
        self.power.why = "button"
        self.asked += 1

    # The firmware.

    def wake(self, cut=0, happens=None):
        """One wake; its sleep in milliseconds has passed. None when a reset cut it.

        cut: the port call at which a reset comes, or happens() is called in its place.
        """
        gc.collect()  # a wake begins with an empty heap
        self.fuse.calls, self.fuse.at, self.fuse.happens = 0, cut, happens
        before_ms = self.clock.ticks_ms()
        try:
            self._cycle().run()
        except Slept as sleep:
            self._true_ms += self.clock.elapsed_ms(before_ms)
            self.advance(sleep.ms)
            self.power.why = "timer"
            # What came while it was awake ends the sleep as soon as it has begun.
            self.end_sleep_when_asked(sleep.ms)
            return sleep.ms
        except Cut:
            self._true_ms += self.clock.elapsed_ms(before_ms)
            self.power.why = "reset"
            return None
        raise AssertionError("the wake did not end in sleep")

    def _cycle(self):
        return Cycle(
            clock=self.clock,
            power=self.power,
            open_counter=self._open_counter,
            battery=self.battery,
            retained=RetainedState(self.power),
            files=self.system,
            open_store=self._open_store,
            report=self._report,
        )

    def _open_counter(self, config):
        if not self.has_counter:
            raise OSError("another chip")
        self.counter.settings = config and config.pulse_settings()
        if config:
            self.counter.commit_pulses = config.commit_pulses
        if self.counter.stays_awake:
            self.counter.lose_power()  # its hardware began anew with this run
        return self.counter

    def _open_store(self):
        self.fuse.burn()
        if self.storage_fails:
            raise StorageFault("broken")
        self.files = remounted(self.flash)
        return Store(CutFiles(self.files, self.fuse))

    def _report(self, config, store, state, commit):
        from firmware.report import report

        if self.report_crashes:
            raise MemoryError("crash")
        report(
            link=self.network,
            clock=self.clock,
            power=self.power,
            config=config,
            device=config.device,
            store=store,
            state=state,
            commit=commit,
        )

    # What came of it.

    def state(self):
        return RetainedState(self.power).load()

    def stored_pulses(self):
        """What would be left after a loss of power."""
        readings = self.readings()
        checkpoint = Store(self.files).checkpoint()
        return max(readings[-1].pulses if readings else 0, checkpoint.pulses)

    def readings(self):
        gc.collect()
        reader = Reader(Store(self.files).journal, 1)
        found = []
        while reader.advance():
            found.append(record.unpack(reader.body))
        return found

    def last(self):
        return self.readings()[-1]

    def replace_journal(self):
        self.flash = RamFlash()
        self.files = remounted(self.flash)

    def dated_s(self, reading):
        """The true time of a reading of this boot."""
        early = reading.flags & record.TIME_UNKNOWN
        return reading.time_s + (self.power_on_s if early else 0)
