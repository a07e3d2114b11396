"""From counts to charge, current and years. docs/energy.md has the method."""

from dataclasses import dataclass

from rill.energy.counts import Counts
from rill.energy.table import Currents

HOURS_PER_YEAR = 8766
MOST_YEARS = 12  # what a cell is good for whatever is taken from it: seals, passivation, heat
_LEVELS = range(3)
_MC_PER_MAH = 3600


@dataclass(frozen=True)
class Life:
    """mah: of each consumer in hours; average_ua: with self-discharge; years until it is empty."""

    hours: float
    mah: dict[str, float]
    average_ua: float
    years: float

    @property
    def years_quoted(self) -> float:
        return min(self.years, MOST_YEARS)

    @property
    def shares(self) -> dict[str, float]:
        """Of the whole charge, the largest first."""
        total = sum(self.mah.values())
        ordered = sorted(self.mah.items(), key=lambda one: -one[1])
        return {name: mah / total for name, mah in ordered if mah}


def life(counts: Counts, currents: Currents) -> Life:
    """Of a meter that goes on as it was counted."""
    return lasting(charges(counts, currents), counts.covered_s / 3600, currents)


def lasting(mah: dict[str, float], hours: float, currents: Currents) -> Life:
    """Of a meter whose consumers took so much in so many hours."""
    cell = currents.cell
    average_ma = sum(mah.values()) / hours
    usable_mah = cell["nominal_mah"] * cell["usable_percent"] / 100
    years = usable_mah / average_ma / HOURS_PER_YEAR
    return Life(hours, mah, average_ma * 1000, years)


def charges(counts: Counts, currents: Currents) -> dict[str, float]:
    """mAh of each consumer, self-discharge among them."""
    of, board, modem, cell = counts.of, currents.board, currents.modem, currents.cell
    hours = counts.covered_s / 3600
    wakes = sum(of[f"wakes_{kind}"] for kind in ("timer", "ulp", "button", "other"))
    awake_s = sum(of[f"awake_{kind}_cs"] for kind in ("timer", "ulp", "other")) / 100
    report_s = of["awake_report_cs"] / 100
    radio_s = (of["search_ms"] + sum(of[f"connected_ms_{n}"] for n in _LEVELS)) / 1000
    # For the modem, with nothing to compute. The rest of the modem's time the CPU dozed.
    waiting_s = min(radio_s, max(0.0, report_s - _computing_s(of, board)))
    awake_ma = board["awake_ma"]
    mc = {
        "start": (wakes * board["boot_ms"] + 2 * of["reports"] * board["restart_ms"])
        / 1000
        * awake_ma,
        "recording": awake_s * awake_ma,
        "reporting": (report_s - waiting_s) * awake_ma,
        "waiting": waiting_s * board["waiting_ma"],
        "dozing": (radio_s - waiting_s) * board["dozing_ma"],
        "probes": of["probe_ms"] / 1000 * board["probe_ma"],
        "flash": _flash_mc(of, board),
        "coprocessor": counts.polls * board["poll_nc"] / 1e6,
    }
    if modem:
        idle_s = of["reports"] * modem["idle_s"]
        asleep_s = max(0.0, counts.covered_s - radio_s - idle_s)
        mc |= {
            "modem_search": of["search_ms"] / 1000 * modem["search_ma"],
            "modem_connected": sum(
                of[f"connected_ms_{n}"] / 1000 * modem["connected_ma"][n] for n in _LEVELS
            ),
            "modem_sending": sum(of[f"bursts_{n}"] * modem["burst_mc"][n] for n in _LEVELS),
            "modem_idle": idle_s * modem["idle_ma"],
            "modem_asleep": asleep_s * modem["psm_ua"] / 1000,
        }
    else:
        mc["wifi"] = report_s * max(0.0, board["wifi_ma"] - awake_ma)
    mah = {name: charge / _MC_PER_MAH for name, charge in mc.items()}
    per_year = cell["nominal_mah"] * cell["self_discharge_percent_per_year"] / 100
    return mah | {
        "deep_sleep": hours * board["deep_sleep_ua"] / 1000,
        "sensor": hours * board["sensor_ua"] / 1000,
        "leakage": hours * board["leakage_ua"] / 1000,
        "self_discharge": hours / HOURS_PER_YEAR * per_year,
    }


def _computing_s(of: dict[str, float], board: dict[str, float]) -> float:
    """No ledger has it: the time awake of reports is computing and waiting."""
    return of["reports"] * board["simulated_report_ms"] / 1000


def _flash_mc(of: dict[str, float], board: dict[str, float]) -> float:
    erases = of["records"] * board["record_erases"]
    erases += of["checkpoints"] * board["checkpoint_erases"]
    kb = of["records"] * board["record_kb"] + of["checkpoints"] * 128 / 1024
    return erases * board["erase_mc"] + kb * board["program_mc_per_kb"]
