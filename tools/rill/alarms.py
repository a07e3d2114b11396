"""What the alarms of a simulated meter were, by its events 25: docs/events.md."""

from collections.abc import Iterable

from rill.broker import Broker
from rill.collector import Collector
from rill.leaks.running import KINDS, LEVELS
from rill.message import Message
from rill.store import Store
from rill.world import WORLD_BEGAN_S, World

ALARM = 25  # code of an event
_LEVELS = (None, *LEVELS)


class Receiver(Collector):
    """The head end of a simulation. arrived_s: when each event first came, by number."""

    def __init__(self, broker: Broker, store: Store, device: str, world: World):
        super().__init__(broker, store, device)
        self._world = world
        self.arrived_s: dict[int, int] = {}

    def arrived(self, message: Message) -> None:
        if message.stream == "events":
            for row in message.rows:
                self.arrived_s.setdefault(row.seq, self._world.now_us // 1_000_000)


def alarms(events: Iterable[dict], arrived_s: dict[int, int]) -> list[dict]:
    """One entry for each level of each alarm, by the time at which it was raised.

    events: rows as the head end has them. arrived_s: when each came there, by number.
    """
    found: list[dict] = []
    on: dict[tuple[int, int], dict] = {}
    for row in sorted(events, key=lambda row: row["seq"]):
        if row["code"] != ALARM:
            continue
        kind, before = divmod(row["before"], 10)
        level = row["after"] % 10
        at_s = row["uptime_s"] if row["time_s"] is None else row["time_s"] - WORLD_BEGAN_S
        *numbers, signs = (row["text"] + " ").split(" ", 4)
        age_s, rate_ml_h, error_ml_h, lost_ml = map(int, numbers)
        for ended in range(level + 1, before + 1):
            entry = on.pop((kind, ended), None)
            if entry:
                entry |= {"end_s": at_s, "lost_ml": lost_ml}
        for raised in range(before + 1, level + 1):
            entry = {
                "kind": KINDS[kind - 1],
                "level": _LEVELS[raised],
                "since_s": at_s - age_s,
                "begin_s": at_s,
                "end_s": None,
                "rate_ml_h": rate_ml_h,
                "rate_error_ml_h": error_ml_h,
                "lost_ml": lost_ml,
                "reported_s": arrived_s.get(row["seq"]),
            }
            if signs.strip():
                entry["signs"] = signs.split()
            on[kind, raised] = entry
            found.append(entry)
    return found
