"""A whole NB-IoT modem at the end of a UART, on virtual time: power, pins, state, accounting."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from rill.modem.agenda import Agenda
from rill.modem.card import Card, luhn
from rill.modem.clock import Clock
from rill.modem.dialects import DIALECTS
from rill.modem.energy import Energy
from rill.modem.faults import Faults
from rill.modem.models import MODELS
from rill.modem.net import Net
from rill.modem.power import Power
from rill.modem.radio import Radio
from rill.modem.terminal import Terminal
from rill.modem.wire import Wire

_COLON = re.compile(r"^([+*][A-Z0-9]+): ")


@dataclass
class Settings:
    """What a restart forgets, unless AT&W stored it."""

    echo: bool = True
    cmee: int = 0
    cereg: int = 0
    cscon: int = 0
    is_hex: bool = False
    flags: dict[str, int] = field(default_factory=dict)

    def copied(self) -> Settings:
        return Settings(
            self.echo, self.cmee, self.cereg, self.cscon, self.is_hex, dict(self.flags)
        )


@dataclass
class Stored:
    """What is kept without power. psm: T3412ext and T3324 as asked for. baud: 0: found out."""

    baud: int
    band: str
    apn: str = ""
    is_automatic: bool = True  # the radio is on after a start
    psm: tuple[str, str] | None = None
    edrx: str = ""
    tells_zone: bool = False
    profile: Settings = field(default_factory=Settings)
    values: dict[str, str] = field(default_factory=dict)


class Modem:
    """One of MODELS. All times are virtual microseconds; began_s: Unix time at 0.

    peer(host, port): where a TCP connection to that really goes, None: there is no such host.
    has_coverage(now_us): whether there is a network. ecl: coverage enhancement level 0, 1 or 2.
    has_supply_pin: the supply is off until a pin switches it on; else it comes at 0.
    """

    def __init__(
        self,
        model: str,
        *,
        seed: int,
        faults: Faults,
        peer: Callable[[str, int], tuple[str, int] | None],
        began_s: int,
        has_coverage: Callable[[int], bool] = lambda now_us: True,
        ecl: int = 0,
        has_supply_pin: bool = False,
    ):
        self.model = MODELS[model]
        self.dialect = DIALECTS[model]
        self.seed = seed
        self.faults = faults
        self.peer = peer
        self.has_coverage = has_coverage
        self.grants: Callable[[str, str], tuple[str, str] | None] = lambda tau, active: (
            tau,
            active,
        )
        self.random = Random(f"{seed} {model}")
        self.agenda = Agenda()
        self.energy = Energy(self.model)
        self.settings = Settings()
        baud = 0 if self.model.is_autobaud else self.model.baud
        self.stored = Stored(baud, str(self.model.band))
        self.wire = Wire(self.model.baud, self.random)
        self.imei = luhn(f"8666000{seed % 10**7:07}")
        self.tac, self.cell = f"{0x1A2B + seed % 999:04X}", f"{0x01530000 + seed % 65535:08X}"
        self.card = Card(self)
        self.clock = Clock(self, began_s)
        self.net = Net(self)
        self.radio = Radio(self, ecl)
        self.terminal = Terminal(self)
        self._power = Power(self, has_supply_pin)
        self._input_free_us = 0

    @property
    def power(self) -> str:
        """ "off", "booting", "on" or "psm"."""
        return self._power.state

    @property
    def first_cid(self) -> int:
        """Of the first data connection."""
        return 0 if self.model.family == "boudica" else 1

    @property
    def is_dialled(self) -> bool:
        """Whether it carries data in place of commands."""
        return self.power == "on" and self.terminal.is_online

    def hang_up(self, now_us: int) -> None:
        """PPP has ended as it should: commands again."""
        self._advance(now_us)
        if self.is_dialled:
            self.terminal.is_online = False
            self.urc("NO CARRIER")

    # The host's side.

    def open(self, baud: int, now_us: int) -> None:
        """The host's UART has this speed from now on."""
        self._advance(now_us)
        self.wire.host_baud = baud

    def write(self, data: bytes, now_us: int) -> None:
        """The host sends; the bytes arrive as fast as its speed allows."""
        self._advance(now_us)
        byte_us = 10_000_000 // self.wire.host_baud
        self._input_free_us = max(self._input_free_us, now_us) + len(data) * byte_us
        wait_s = (self._input_free_us - now_us) / 1e6
        self.agenda.after(wait_s, lambda: self._power.hear(data), "line")

    def host_dozes(self, is_dozing: bool, now_us: int) -> None:
        """What is said while it does, is lost."""
        self._advance(now_us)
        self.wire.deaf(is_dozing, now_us)

    def any(self, now_us: int) -> int:
        """How many bytes the host can read."""
        self._advance(now_us)
        return self.wire.any(now_us)

    def read(self, size: int, now_us: int) -> bytes:
        self._advance(now_us)
        return self.wire.read(size, now_us)

    def pin(self, name: str, level: int, now_us: int) -> None:
        """name: "key", "reset" or "supply". level: 1: pressed, asserted, on."""
        self._advance(now_us)
        self._power.pin(name, level)

    def numbers(self, now_us: int) -> dict:
        """What it did and used until now."""
        self._advance(now_us)
        net, radio = self.net, self.radio
        opened = [one.account(now_us) for one in net.connections.values()]
        return {
            "attaches": radio.attaches,
            "taus": radio.taus,
            "psm_entries": radio.psm_entries,
            "power_ons": self._power.power_ons,
            "resets": self._power.resets,
            "sockets_opened": net.opened,
            "bytes_up": net.bytes_up,
            "bytes_down": net.bytes_down,
            "air_bytes": net.air_bytes,
            "sends": net.sends,
            "bursts": net.bursts,
            "overrun_bytes": self.wire.overrun_bytes,
            "host_dozes": self.wire.dozes,
            **self.energy.numbers(now_us),
            "sessions": net.sessions + opened,
            "faults": self.faults.counts(now_us),
        }

    def _advance(self, now_us: int) -> None:
        self.agenda.run_until(now_us)
        if self.power == "on":
            self.radio.check()
            self.net.poll()
            self.agenda.run_until(now_us)

    # For its parts.

    def text(self, line: str) -> str:
        """With the model's space behind the colon."""
        return line if self.model.space else _COLON.sub(r"\1:", line)

    def encoded(self, line: str) -> bytes:
        return self.text(line).encode("latin-1")

    def urc(self, line: str) -> None:
        """A line of its own, when it can speak."""
        dead = self.faults.holds("no_modem", self.agenda.now_us)
        if self.power == "on" and not self.terminal.is_online and line and not dead:
            self.wire.say(b"\r\n" + self.encoded(line) + b"\r\n", self.agenda.now_us)

    def sleep(self) -> None:
        self._power.sleep()

    def may_sleep(self) -> bool:
        return self.dialect.may_sleep(self)

    def reboot(self, cause: str) -> None:
        self._power.reboot(cause)

    def switch_off(self, after_s: float) -> None:
        """As a command asks; it says so and is gone."""
        self._power.switch_off(after_s)

    def autobaud_done(self) -> None:
        """It has understood the host, and stays at that speed until the next start."""
        self._power.autobaud_done()

    def live_a_little(self) -> None:
        """What may happen to a modem whenever it is given a command."""
        now_us, hit = self.agenda.now_us, self.faults.hit
        if hit("reboot", now_us):
            self.reboot("UNKNOWN")
            return
        if hit("urc_burst", now_us):
            for _ in range(60):
                self.urc(self.dialect.noise(self))
        if hit("voltage_lines", now_us):
            self.urc(self.random.choice(("UNDER-VOLTAGE WARNNING", "OVER-VOLTAGE WARNNING")))
        if self.card.is_ready() and hit("sim_lost", now_us):
            self.card.lose()
        if self.radio.is_registered:
            if hit("registration_lost", now_us):
                self.radio.give_up()
            elif hit("roaming_flaps", now_us):
                self.radio.flap()
            elif hit("pdn_lost", now_us):
                self.net.lose()
