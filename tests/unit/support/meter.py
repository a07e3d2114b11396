"""A whole meter over fake ports and a real journal on littlefs, wake by wake."""

import gc

from counter import FakeCounter
from cut_files import CutFiles
from firmware.core import event, record
from firmware.core.errors import StorageFault
from firmware.cycle import Cycle
from firmware.passing import in_passing
from firmware.reporting import Reporting
from firmware.storage.checkpoint import Vault
from firmware.storage.reader import Reader
from firmware.storage.retained import RetainedState
from firmware.storage.state import REPORTING
from firmware.storage.store import Store
from firmware.timing import dated
from flash import RamFlash, mounted, remounted, unmount
from nvs import FakeNvs
from ports import Cut, FakeBattery, FakeClock, FakeFiles, FakePower, Fuse, Restarted, Slept
from toy_network import ToyNetwork

_BLOCKS = 20
TRUE_S = 1_790_000_000  # when the meter gets power for the first time
CONFIG = b'{"device": "m", "broker_host": "b", "report_s": %d, "message_bytes": 320}'


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
        self.flash = RamFlash(_BLOCKS)
        self.files = mounted(self.flash)
        self.nvs = FakeNvs(fuse=self.fuse)
        self.vault = Vault(self.nvs)
        self.network = ToyNetwork(self)
        self.storage_fails = self.can_repair = False
        self.report_crashes = False
        self.sends_little = False  # behind a reset under the modem
        self.measured_s = []  # when the probes were read
        self.quality = b""  # what they say
        self.quality_news = []
        self.battery = FakeBattery()
        self.meddling = 0  # bits of core/leaks/terms.py
        self.guarded = 0  # how often it was asked for them
        self.has_no_room = False  # to obey a command
        self.obeyed_at = 0  # port calls of that wake before
        self.valve = []  # what its line was set to
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
            while True:
                try:
                    self._life().run()
                    raise AssertionError("the wake did not end in sleep")
                except Restarted:
                    gc.collect()
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

    def _life(self):
        """As app.py and the wiring behind it."""
        self.retained_now = RetainedState(self.power)
        parts = {
            "clock": self.clock,
            "power": self.power,
            "retained": self.retained_now,
            "files": CutFiles(self.system, self.fuse),
            "vault": self.vault,
            "open_store": self._open_store,
            "repair": self._repair,
        }
        if self.power.cause() == "restart" and parts["retained"].handed_over() == REPORTING:
            return Reporting(send=self._report, **parts)
        return Cycle(
            **parts,
            open_counter=self._open_counter,
            battery=self.battery,
            about="0.1.0, own partition",
            report=self._report,
            measure=self._measure,
            meddling=self._guard,
            open_purifier=lambda: None,
        )

    def _measure(self, config, when, state, purifier, note):
        self.measured_s.append(when.time_s)
        self.asked += not self.state().next_quality_s
        return self.quality, self.quality_news

    def _guard(self, config):
        self.guarded += 1
        return self.meddling

    def _open_counter(self, config):
        if not self.has_counter:
            raise OSError("another chip")
        self.counter.settings = config and config.pulse_settings()
        if config:
            self.counter.commit_pulses = config.commit_pulses
        if self.counter.stays_awake:
            self.counter.lose_power()  # its hardware began anew with this run
        return self.counter

    def _open_store(self, segment=0, is_damaged=False):
        self.fuse.burn()
        if self.storage_fails:
            raise StorageFault("broken")
        self.files = remounted(self.flash)
        return Store(CutFiles(self.files, self.fuse), self.vault, segment)

    def _repair(self, state):
        self.fuse.burn()
        if not self.can_repair:
            raise StorageFault("broken for good")
        self.storage_fails = False
        self.flash = RamFlash(_BLOCKS)
        return "3 unsent records saved, 0 lost"

    def _report(self, config, store, state, keeping, commit):
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
            keeping=keeping,
            commit=commit,
            system=self.system,
            retained=self.retained(),
            obey=lambda line: in_passing(lambda: self._obey(config, state, keeping, line)),
            is_short=self.sends_little,
        )

    def _obey(self, config, state, keeping, line):
        from firmware.commanding import Commanding

        if self.has_no_room:
            raise MemoryError("to obey")
        self.obeyed_at = self.obeyed_at or self.fuse.calls
        return Commanding(
            config=config,
            device=config.device,
            files=CutFiles(self.system, self.fuse),
            state=state,
            retained=self.retained_now,
            keeping=keeping,
            turn_valve=lambda pin, closes: self.valve.append(closes),
        ).obey(line)

    # What came of it.

    def state(self):
        return self.retained().load()

    def retained(self):
        return RetainedState(self.power)

    def stored_pulses(self):
        """What would be left after a loss of power."""
        readings = self.readings()
        return max(readings[-1].pulses if readings else 0, self.vault.load().pulses)

    def store(self):
        return Store(self.files, self.vault)

    def readings(self):
        gc.collect()
        return [record.unpack(body) for body in _bodies(self.store().readings)]

    def events(self, code=None):
        gc.collect()
        found = [event.unpack(body) for body in _bodies(self.store().events)]
        return [e for e in found if code in (None, e.code)]

    def last(self):
        return self.readings()[-1]

    def replace_journal(self):
        self.flash = RamFlash(_BLOCKS)
        self.files = remounted(self.flash)

    def dated_s(self, reading):
        """The true time of a reading of this boot."""
        state = self.state()
        time_s = dated(state, reading)[0] if state else None
        if time_s is not None:
            return time_s
        early = reading.flags & record.TIME_UNKNOWN
        return reading.time_s + (self.power_on_s if early else 0)


def _bodies(journal):
    reader = Reader(journal, 1)
    while reader.advance():
        yield bytes(reader.body)
