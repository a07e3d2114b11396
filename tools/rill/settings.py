"""What a simulation is of."""

from dataclasses import dataclass, field

from rill.image import USUAL_BOARD
from rill.probes import Water
from rill.purifier import Purifier
from rill.trace import Trace


@dataclass(frozen=True)
class Settings:
    """What is simulated. Times in seconds, volumes in millilitres.

    pulse_ml millilitres are `pulses` pulses. sensor: "reed", or "hall" for a meter that stays
    awake; its run ends by itself, so the days must be a multiple of report_s. has_quality: probes
    are fitted; probe_faults: (name, begin, length), see probes.py. board: of firmware/boards;
    purifier: what happens in it, when it is one. water: in which the probes stand. instrument: on
    RS-485, of core/instruments.py. link: of linked.py. faults: of its modem, ecl: where that is.
    tls: with a broker of our own, whose CA the meter has, and which asks
    for its certificate. config: what else stands in config.json.
    """

    trace: Trace
    days: int
    seed: int = 1
    sensor: str = "reed"
    pulse_ml: int = 1000
    pulses: int = 1
    slot_s: int = 3600
    report_s: int = 21600
    tls: bool = False
    broker: str | None = None
    outages_s: tuple[tuple[int, int], ...] = ()
    reset_every: int = 0
    heap_bytes: int = 200_000
    database: str = ":memory:"
    hal: str = "ports"
    device: str = "rill-0001"
    has_quality: bool = False
    probe_faults: tuple[tuple[str, int, int], ...] = ()
    board: str = USUAL_BOARD
    purifier: Purifier | None = None
    water: Water | None = None
    instrument: str = ""
    link: str = "wifi"
    faults: tuple[str, ...] = ()
    ecl: int = 0
    config: dict = field(default_factory=dict)

    @property
    def most_unreported_ml(self) -> int:
        """Water that is less than a pulse, and of a fraction the rest: what may be missing."""
        return -(-self.pulse_ml // self.pulses) + (self.pulses > 1)
