"""Commands on their way to the meters, and the counters that make each of them the only one."""

from typing import NamedTuple

from rill.signing import sign

EXPIRES_S = 172_800  # a meter that reports once a day hears it twice

# Counters begin at the Unix time: a database that was lost takes up no number again.
_TAKE = """
INSERT INTO counters VALUES (?, ?) ON CONFLICT (device) DO UPDATE SET
    last = CASE WHEN excluded.last > counters.last THEN excluded.last ELSE counters.last + 1 END
RETURNING last
"""
_COLUMNS = "device, counter, name, arguments, line, made_s, expires_s"


class Command(NamedTuple):
    """A signed line, and what it says."""

    device: str
    counter: int
    name: str
    arguments: str
    line: str
    made_s: int
    expires_s: int


class Outbox:
    """The tables `counters` and `commands`, whoever else uses them. keys: by device."""

    def __init__(self, database, keys: dict[str, bytes]):
        self._database = database
        self._keys = keys

    def has_key(self, device: str) -> bool:
        return device in self._keys

    def sign(self, device, name, *arguments, now_s, expires_after_s=EXPIRES_S, is_sent=False):
        """A Command with the next counter of the device.

        In a transaction of the caller, nobody else takes a counter of the device until it ends.
        is_sent: the caller sends it; else it is of those that unsent() has, until sent().
        """
        with self._database.transaction():
            counter = self._database.run(_TAKE, device, now_s)[0]["last"]
            expires_s = now_s + expires_after_s
            line = sign(self._keys[device], device, counter, expires_s, name, *arguments)
            words = " ".join(map(str, arguments))
            command = Command(device, counter, name, words, line, now_s, expires_s)
            self._database.run(
                f"INSERT INTO commands ({_COLUMNS}, is_sent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                *command,
                int(is_sent),
            )
        return command

    def lock(self, device: str) -> None:
        """In a transaction: nobody else takes a counter of the device until it ends."""
        self._database.run(
            "INSERT INTO counters VALUES (?, 0) "
            "ON CONFLICT (device) DO UPDATE SET last = counters.last",
            device,
        )

    def made(self, device: str, name: str) -> list[Command]:
        """Commands of that name, whoever made them, and whatever became of them."""
        return self._found("device = ? AND name = ?", device, name)

    def unsent(self, made_before_s: int, now_s: int) -> list[Command]:
        """Those that the broker never confirmed, so old that nobody can be at it any more."""
        return self._found("is_sent = 0 AND made_s < ? AND expires_s > ?", made_before_s, now_s)

    def sent(self, command: Command) -> None:
        """The broker has it."""
        self._database.run(
            "UPDATE commands SET is_sent = 1 WHERE device = ? AND counter = ?",
            command.device,
            command.counter,
        )

    def _found(self, condition: str, *values) -> list[Command]:
        query = f"SELECT {_COLUMNS} FROM commands WHERE {condition} ORDER BY device, counter"
        return [Command(**row) for row in self._database.run(query, *values)]
