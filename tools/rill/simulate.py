"""Runs a meter through days of water and compares what went in with what the head end has."""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from random import Random

from rill import image
from rill.alarms import Receiver, alarms
from rill.authority import Authority
from rill.board_process import Board, Ending
from rill.broker import Broker, BrokerError, check_answers
from rill.linked import configuration, host_name, modem_numbers, modem_of
from rill.modem.modem import Modem
from rill.network import Network
from rill.probes import INSTRUMENT_PINS, PINS, Probes, Water
from rill.purifier import FLUSH_PIN
from rill.quality_numbers import purifier_numbers, quality_numbers
from rill.settings import Settings
from rill.store import Store
from rill.verdict import Meter, compare, quality_lost
from rill.world import World

_DAY_S = 86400
_MOST_RESETS_IN_A_ROW = 25
_RECEIVER_BACK_S = 3.0  # real seconds, after a restart of the broker
_ARRIVAL_S = 10.0  # real seconds for the last message to come through the broker
_LAST_REPORT_US = 60_000_000  # a meter that stays awake: behind the last slot, for its report
_NEAR_US = 10_000_000
_DUMP = "dump.py"


class SimulationError(Exception):
    """The firmware could not be run to the end; the message has its last words."""


class Run:
    """One simulation. progress(share, now_s) is called after each wake.

    A subclass may override fuse(), before_wake() and network_to() to be unkind in other ways.
    """

    def __init__(self, settings: Settings, progress: Callable[[float, int], None] | None = None):
        self.settings = settings
        self._progress = progress or (lambda share, now_s: None)
        self._random = Random(settings.seed)
        self.endings: list[Ending] = []
        self._end_us = settings.days * _DAY_S * 1_000_000
        self._longest_wake_us = 0
        trace = settings.trace.first_days(settings.days)
        self.trace = trace
        purifier = settings.purifier
        self._pulses_us = trace.pulse_times_us(settings.pulse_ml, settings.pulses)
        self._world = World(
            self._pulses_us,
            settings.outages_s,
            sensor=settings.sensor,
            seed=settings.seed,
            probes=Probes(
                water=settings.water or (purifier.water() if purifier else Water()),
                faults=settings.probe_faults,
                seed=settings.seed,
                flushes=purifier and (FLUSH_PIN, purifier.is_flushing),
                instrument=settings.instrument,
            ),
            modem=modem_of(settings, self._end_us, lambda: self.network.port),
        )
        self._world.notice = self._follow_world

    @property
    def modem(self) -> Modem | None:
        return self._world.modem

    def result(self) -> dict:
        """Run it all; the numbers that `rill simulate --json` prints, and "readings"."""
        settings = self.settings
        began = time.perf_counter()
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rill-")))
            store = stack.enter_context(Store(settings.database))
            broker = stack.enter_context(self._broker(folder))
            collector = Receiver(broker, store, settings.device, self._world)
            self.collector = stack.enter_context(collector)
            port = broker.tls_port or broker.port
            self.network = stack.enter_context(self.network_to(broker.host, port))
            board = self._board(folder)
            self._configure(board, broker)
            self._wakes(board)
            self.network.settle(_ARRIVAL_S)
            meter = Meter.from_dump(board.run(image.build_board() / _DUMP))
            self._await_arrival(store, meter)
            return self._numbers(meter, store, broker, time.perf_counter() - began)

    def _broker(self, folder: Path) -> Broker:
        settings = self.settings
        if settings.broker:
            return Broker.at(settings.broker)
        if not settings.tls:
            return Broker.local()
        self._authority = Authority()
        certificate = self._authority.issue(folder / "tls", host_name(settings.link))
        (clients := folder / "clients.pem").write_bytes(self._authority.pem())
        more_tls = f"cafile {clients}\nrequire_certificate true\n"
        return Broker.local("mosquitto", certificate, more_tls=more_tls)

    def _board(self, folder: Path) -> Board:
        settings = self.settings
        return Board(
            folder,
            image.build(board=settings.board),
            image.build_board(),
            self._world,
            hal=settings.hal,
            heap_bytes=settings.heap_bytes,
            seed=settings.seed,
        )

    def _configure(self, board: Board, broker: Broker) -> None:
        settings = self.settings
        values = {
            "device": settings.device,
            "slot_s": settings.slot_s,
            "report_s": settings.report_s,
            "broker_port": self.network.port,
            "broker_user": broker.username or "",
            "broker_password": broker.password or "",
            **configuration(settings.link),
        }
        if settings.board == image.USUAL_BOARD:  # others know what is on them
            values["pulse_sensor"] = settings.sensor
            values["pulse_weight_ml"] = settings.pulse_ml
            values["pulse_weight_pulses"] = settings.pulses
        if settings.has_quality:
            values |= PINS
        if settings.instrument:
            values |= INSTRUMENT_PINS | {"instrument": settings.instrument}
        if settings.tls:
            values["broker_tls"] = 1
            (board.flash / "broker.der").write_bytes(self._authority.der())
            certificate, key = self._authority.issue_client(settings.device)
            (board.flash / "client.der").write_bytes(certificate)
            (board.flash / "client.key").write_bytes(key)
        values |= settings.config
        (board.flash / "config.json").write_text(json.dumps(values))

    def _wakes(self, board: Board) -> None:
        cause = "power_on"
        in_a_row = 0
        # Four times the plan: a wake too many empties the cell. Each 100 pulses need one, too.
        most_wakes = 20 + 4 * self.settings.days * _DAY_S // self.settings.slot_s
        most_wakes += len(self._pulses_us) // 100
        if self.settings.sensor == "hall":
            self._world.ends_us = self._end_us + _LAST_REPORT_US
        while True:
            last = self._world.now_us >= self._end_us and cause == "button"
            if last:
                self.collector.wait_for(lambda: self.collector.is_subscribed, _RECEIVER_BACK_S)
            self._follow_world()
            wake = len(self.endings) + 1
            self.before_wake(wake)
            began_us = self._world.now_us
            ending = board.wake(cause, fuse=0 if last else self.fuse(wake))
            self._longest_wake_us = max(self._longest_wake_us, self._world.now_us - began_us)
            self.endings.append(ending)
            if wake > most_wakes:
                raise SimulationError(
                    f"the firmware woke {wake} times; its last words:\n" + board.console_end()
                )
            if ending.kind == "over":
                self._world.ends_us = None
                return
            if ending.kind == "sleep":
                in_a_row = 0
                if last:
                    return
                cause = self._sleep(ending.sleep_ms)
                continue
            in_a_row += 1
            if ending.kind == "prompt" or in_a_row > _MOST_RESETS_IN_A_ROW:
                raise SimulationError(
                    f"the firmware did not go to sleep ({ending.kind}); its last words:\n"
                    + board.console_end()
                )
            cause = "watchdog" if ending.kind == "watchdog" else "reset"

    def _follow_world(self) -> None:
        """Before each wake, and often in one that lasts for days."""
        # A broker that was restarted acknowledges to nobody until the receiver is back.
        is_up = self._world.network_is_up() and self.collector.is_subscribed
        if self.network.up != is_up:
            self.network.up = is_up
        self._progress(
            min(1.0, self._world.now_us / self._end_us), self._world.now_us // 1_000_000
        )

    def _sleep(self, sleep_ms: int) -> str:
        """Let the board sleep; the cause of its next wake: at the end, a press of the button."""
        wakes_us = self._world.wakes_us(sleep_ms)
        if wakes_us >= self._end_us - _NEAR_US:
            wakes_us = self._end_us  # the last slot, a moment early: one reading, not two
        if self._world.sleep_until(min(wakes_us, max(self._end_us, self._world.now_us))):
            return "ulp"
        return "button" if wakes_us >= self._end_us else "timer"

    def before_wake(self, wake: int) -> None:
        """Called before wake 1, 2 ...; does nothing here."""

    def network_to(self, host: str, port: int) -> Network:
        """What is between the meter and the broker."""
        return Network(host, port)

    def fuse(self, wake: int) -> int:
        """The crossing at which wake 1, 2 ... is reset: 0 (never) in all but every Nth."""
        every = self.settings.reset_every
        if not every or wake % every:
            return 0
        seen = [ending.crossings for ending in self.endings if ending.crossings]
        return self._random.randint(1, self._random.choice(seen)) if seen else 1

    def _await_arrival(self, store: Store, meter: Meter) -> None:
        """What the broker has acknowledged it may still be passing on."""
        acked = {"readings": meter.cursor, "events": meter.event_cursor}

        def is_here() -> bool:
            return all(
                set(range(1, cursor)) <= {row["seq"] for row in self._received(store, meter, name)}
                for name, cursor in acked.items()
            )

        self.collector.wait_for(is_here, _ARRIVAL_S)

    def _received(self, store: Store, meter: Meter, stream: str = "readings") -> list[dict]:
        rows = store.rows(self.settings.device, stream)
        return [row for row in rows if row["journal"] == meter.journal]

    def _numbers(self, meter: Meter, store: Store, broker: Broker, elapsed_s: float) -> dict:
        endings = self.endings
        slept = [ending for ending in endings if ending.kind in ("sleep", "over")]
        received = self._received(store, meter)
        quality = [
            one for one in store.quality(self.settings.device) if one["journal"] == meter.journal
        ]
        collector, events = self.collector, self._received(store, meter, "events")
        records = collector.records_in_messages
        return {
            "days": self.settings.days,
            "wakes": len(endings),
            "resets": len(endings) - len(slept),
            "reports": self.network.connections,
            "pulses_in": len(self._pulses_us),
            "pulses_counted": meter.pulses,
            "ml_in": self.trace.total_ml,
            "ml_reported": max((row["odometer_ml"] for row in received), default=0),
            **quality_numbers(quality),
            "quality_lost": quality_lost(meter, quality),
            "quality_mc_per_look": self._world.probes.mc_per_look(),
            **purifier_numbers(self.settings.purifier, quality),
            **compare(meter, received, events),
            "alarms": alarms(events, collector.arrived_s),
            "records_received": collector.records_received,
            "duplicates": collector.duplicates,
            "bad_messages": collector.bad_messages,
            "bytes_published": self.network.bytes_up,
            "bytes_per_record": round(collector.payload_bytes / records, 1) if records else None,
            **self._world.wear.numbers(self.settings.days),
            "messages": collector.messages,
            **modem_numbers(self._world.modem, self._world.now_us),
            "longest_wake_s": round(self._longest_wake_us / 1e6, 1),
            "wake_ms_median": round(statistics.median(e.wall_ms for e in slept), 1),
            "heap_peak_bytes": max(ending.heap_peak_bytes for ending in slept),
            "elapsed_s": round(elapsed_s, 1),
            "broker": broker.name,
            "ends_offline": not (self._world.network_is_up() and _is_there(broker)),
            "readings": received,
            "events": events,
            "quality": quality,
        }


def _is_there(broker: Broker) -> bool:
    try:
        check_answers(broker.host, broker.port, broker.username, broker.password)
    except BrokerError:
        return False
    return True
