"""What a person sees of a simulation: progress on the way, a summary at the end."""

from rich.console import Console, Group
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from rill.world import WORLD_BEGAN_S

_BAR_CELLS = 40
_MOST_BARS = 48
_HOUR_S = 3600
_LATE_S = 60


class Progress:
    """A bar on stderr while the days pass; nothing when it is not a terminal."""

    def __init__(self, days: int, enabled: bool):
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._bar = Bar(
            *columns, console=Console(stderr=True), disable=not enabled, transient=True
        )
        self._days = days
        self._task = self._bar.add_task("", total=1.0)

    def show(self, share: float, now_s: int) -> None:
        day, second = divmod(now_s, 86400)
        day = min(day + 1, self._days)
        clock = f"day {day} of {self._days}, {second // 3600:02}:{second // 60 % 60:02}"
        self._bar.update(self._task, completed=share, description=clock)

    def __enter__(self) -> "Progress":
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()


def summary(numbers: dict, readings: list[dict], settings, sound: bool) -> str:
    """The water hour by hour and the account of pulses and records, as plain text."""
    console = Console(width=80, no_color=True, highlight=False)
    with console.capture() as capture:
        console.print(Group(_hours(readings), Text(), _account(numbers, settings), Text()))
        console.print(_verdict(numbers, sound))
    return "\n".join(line.rstrip() for line in capture.get().rstrip().splitlines())


def _hours(readings: list[dict]) -> Group:
    litres: dict[int, float] = {}
    for row in readings:
        if row["time_s"] is not None:
            # A slot's reading comes up to some seconds after the hour that it ends.
            ends = -(-(row["time_s"] - WORLD_BEGAN_S - _LATE_S) // _HOUR_S)
            litres[ends] = litres.get(ends, 0) + row["interval_ml"] / 1000
    last = max(litres, default=0)
    shown = range(max(1, last - _MOST_BARS + 1), last + 1)
    most = max((litres.get(hour, 0) for hour in shown), default=0) or 1
    lines = [Text("hour ending  litres")]
    for hour in shown:
        value = litres.get(hour)
        bar = "no reading" if value is None else "#" * round(value / most * _BAR_CELLS)
        shown_value = "        -" if value is None else f"{value:9.1f}"
        lines.append(Text(f"{_label(hour)} {shown_value}  {bar}".rstrip()))
    return Group(*lines)


def _label(hour: int) -> str:
    """Of the hour that ends `hour` hours after the first midnight."""
    day, ending = divmod(hour - 1, 24)
    return f"day {day + 1:<3}{ending + 1:02}:00"


def _quality(numbers: dict) -> list[tuple[str, str]]:
    """Of each kind of value: its flags, and how often. Of a purifier: what went in, what came."""
    rows = []
    if numbers["quality_received"]:
        rows.append(
            ("quality values", f"{numbers['quality_received']}, {numbers['quality_lost']} lost")
        )
    for kind, flags in numbers["quality_flags"].items():
        counts = ", ".join(f"{count} {flag}" for flag, count in sorted(flags.items()))
        rows.append((f"  {kind}", counts))
    if numbers["quality_mc_per_look"]:
        rows.append(("  charge of a look", f"{numbers['quality_mc_per_look']} mC"))
    said = numbers.get("purifier_reported", {})
    for kind, value in numbers.get("purifier_in", {}).items():
        rows.append((kind, f"{value} in, {said.get(kind, '-')} reported"))
    return rows


def _modem(numbers: dict) -> list[tuple[str, str]]:
    """What a report took on the air; a session is one, or the attempt at it."""
    modem = numbers.get("modem")
    if modem is None:
        return []
    sessions = max(1, modem["sockets_opened"])
    phases = ", ".join(f"{seconds} {name}" for name, seconds in modem["radio_s"].items())
    bytes_each, bursts_each = modem["air_bytes"] / sessions, modem["bursts"] / sessions
    return [
        ("on the air", f"{bytes_each:.0f} bytes and {bursts_each:.1f} bursts a report"),
        ("radio, s", f"{phases}, {modem['psm_s']} psm, {modem['off_s']} off"),
        ("modem", f"{modem['joules']} J, {modem['attaches']} attaches, {modem['resets']} resets"),
    ]


def _account(numbers: dict, settings) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(width=22)
    table.add_column()
    n = numbers
    per_pulse = f"{settings.pulse_ml / 1000:g} L per pulse"
    if settings.pulses > 1:
        per_pulse = f"{settings.pulses} pulses per {settings.pulse_ml / 1000:g} L"
    in_l, out_l = n["ml_in"] / 1000, n["ml_reported"] / 1000
    heap = f"{n['heap_peak_bytes']:,} of {settings.heap_bytes:,} bytes at most"
    sent = f"{n['bytes_published']:,} bytes in {n['messages']} messages"
    for row in (
        ("pulses", f"{n['pulses_in']} in, {n['pulses_counted']} counted ({per_pulse})"),
        ("water", f"{in_l:.1f} L in, {out_l:.1f} L reported"),
        ("readings stored", str(n["records_stored"])),
        ("  acknowledged", str(n["records_acked"])),
        ("  received, once each", str(n["records_unique"])),
        ("  waiting in journal", str(n["records_pending"])),
        ("  lost", str(n["records_lost"])),
        (
            "events",
            f"{n['events_stored']} stored, {n['events_unique']} received, {n['events_lost']} lost",
        ),
        *_quality(n),
        ("duplicates removed", str(n["duplicates"])),
        ("wakes", f"{n['wakes']}, of which {n['resets']} ended in a reset"),
        *_modem(n),
        ("sent", f"{sent}, {n['bytes_per_record'] or '-'} a reading"),
        ("flash", f"{n['flash_erased_per_day']} erases a day, {n['flash_years']} years"),
        ("heap", heap),
        ("broker", f"{n['broker']}, {n['reports']} sessions"),
        ("without network", _outages(settings.outages_s)),
        ("time", f"{n['days']} days in {n['elapsed_s']} s, {n['wake_ms_median']} ms a wake"),
    ):
        table.add_row(*row)
    return table


def _outages(outages_s: tuple[tuple[int, int], ...]) -> str:
    spans = [f"{length / 3600:g} h from {begin / 3600:g} h on" for begin, length in outages_s]
    return ", ".join(spans) or "never"


def _verdict(numbers: dict, sound: bool) -> str:
    if not sound:
        return "NOT every pulse and every reading is accounted for."
    if numbers["records_pending"]:
        return "Every pulse is counted; what did not arrive waits in the journal."
    return "Every pulse is counted and every reading arrived once."


_PULSES = (
    ("forward", "forward", "pulses, or turns forward"),
    ("reverse", "reverse", "turns backward"),
    ("bounces_rejected", "bounces rejected", "levels that did not last"),
    ("illegal_transitions", "illegal transitions", "both reeds at once"),
    ("suspect", "suspect", "times that chatter or over-rate began"),
    ("wakes", "wakes of the CPU", ""),
    ("polls", "polls", ""),
    ("polls_per_s", "polls a second", ""),
    ("cycles_per_poll_idle", "cycles of a poll at rest", ""),
    ("cycles_per_poll_max", "cycles of the longest", ""),
    ("duty_percent", "duty, %", "of the time that the coprocessor runs"),
    ("ulp_ua_estimate", "current, uA", "deep sleep included: docs/ulp.md"),
    ("program_bytes", "program, bytes", "of 2040"),
    ("seconds", "time, s", ""),
)


def pulses_summary(numbers: dict) -> str:
    """The numbers of `rill pulses` with a word to each."""
    return "\n".join(
        f"{name:26}{numbers[key]:>12}  {note}".rstrip() for key, name, note in _PULSES
    )
