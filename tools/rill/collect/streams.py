"""How far each stream of each meter is complete, and what is missing of it."""

from typing import NamedTuple

from rill.message import Message

# A stream is known from its first message on: what the meter sent before, to whomever, is no gap.
# Of a meter that is known already, the journal that it has now is wanted from its first record on.
_FOLLOW = """
INSERT INTO streams
SELECT ?, ?, ?, ?, ?,
    CASE WHEN ? > 0 AND EXISTS (SELECT 1 FROM streams WHERE device = ? AND stream = ?)
        THEN 0 ELSE ? END,
    ?, ?
WHERE true
ON CONFLICT (device, stream, journal) DO UPDATE SET
    oldest_seq = {larger_oldest},
    highest_seq = {larger_highest},
    told_s = {larger_told},
    seen_s = excluded.seen_s
"""
_MISSING_TOLD = (7, 8)  # events DROPPED and UNREADABLE: docs/events.md
_DAILY = 8192  # flag of a reading before which others are kept back: docs/payload.md


class Gap(NamedTuple):
    """Records first ... last are not here, and no event tells why.

    since_s: when what is behind it came. is_held: the meter still has the journal.
    """

    device: str
    journal: str
    stream: str
    first: int
    last: int
    since_s: int
    is_held: bool


def _larger(name: str) -> str:
    return (
        f"CASE WHEN excluded.{name} > streams.{name} THEN excluded.{name} ELSE streams.{name} END"
    )


def missing(complete: int, oldest: int, seqs: list[int], told: list[tuple[int, int]]):
    """The ranges (first, last) that are missing between the ascending seqs above `complete`.

    Not missing: what is older than `oldest`, and the ranges that an event has told.
    """
    settled = sorted([*((seq, seq) for seq in seqs), *told, (0, max(complete, oldest - 1))])
    most = seqs[-1] if seqs else 0
    gaps, expected = [], 0
    for first, last in settled:
        if first > expected and first <= most:
            gaps.append((expected, first - 1))
        expected = max(expected, last + 1)
    return gaps


def _kept_back(complete: int, rows: list[dict]) -> list[tuple[int, int]]:
    """The ranges directly before the daily readings of a coarse meter; rows in order of seq."""
    seqs = [complete, *(row["seq"] for row in rows)]
    return [
        (before + 1, row["seq"] - 1)
        for before, row in zip(seqs, rows, strict=False)
        if row["flags"] & _DAILY
    ]


class Streams:
    """The table `streams`."""

    def __init__(self, database):
        self._database = database
        self._follow = _FOLLOW.format(
            larger_oldest=_larger("oldest_seq"),
            larger_highest=_larger("highest_seq"),
            larger_told=_larger("told_s"),
        )

    def follow(self, messages: list[Message], now_s: int) -> None:
        """Note, in the transaction that stores their rows, what messages say of their streams."""
        streams: dict[tuple, list[Message]] = {}
        for one in messages:
            streams.setdefault((one.device, one.stream, one.journal), []).append(one)
        rows = []
        for key, of_stream in sorted(streams.items()):
            seqs = [row.seq for one in of_stream for row in one.rows]
            oldest = max(one.oldest or 0 for one in of_stream)
            told_s = now_s if oldest else 0
            before = min(seqs) - 1
            rows.append((*key, oldest, max(seqs), oldest, *key[:2], before, told_s, now_s))
        if rows:
            self._database.upsert(self._follow, rows)

    def gaps(self, seen_since_s: int = 0) -> list[Gap]:
        """What is missing of streams heard of since then; notes how far they are complete."""
        streams = self._database.run(
            "SELECT * FROM streams WHERE highest_seq > complete_seq AND seen_s >= ? "
            "ORDER BY device, stream, journal",
            seen_since_s,
        )
        return [gap for stream in streams for gap in self._gaps_of(stream)]

    def _gaps_of(self, stream: dict) -> list[Gap]:
        key = (stream["device"], stream["journal"])
        here = self._database.run(
            f"SELECT seq, flags, received_s FROM {stream['stream']} "
            "WHERE device = ? AND journal = ? AND seq > ? ORDER BY seq",
            *key,
            stream["complete_seq"],
        )
        seqs = [row["seq"] for row in here]
        of = (stream["complete_seq"], stream["oldest_seq"] or 0)
        found = missing(*of, seqs, [])
        if found:
            told = self._told(*key, stream["stream"])
            if stream["stream"] == "readings":
                told += _kept_back(stream["complete_seq"], here)
            found = missing(*of, seqs, told)
        complete = found[0][0] - 1 if found else max(seqs, default=0)
        self._database.run(
            "UPDATE streams SET complete_seq = ? "
            "WHERE device = ? AND stream = ? AND journal = ? AND complete_seq < ?",
            complete,
            stream["device"],
            stream["stream"],
            stream["journal"],
            complete,
        )
        if not found:
            return []
        since = {row["seq"]: row["received_s"] for row in here}
        is_held = self._is_held(stream)
        return [
            Gap(
                stream["device"], stream["journal"], stream["stream"], first, last,
                min(at_s for seq, at_s in since.items() if seq > last), is_held,
            )
            for first, last in found
        ]  # fmt: skip

    def _told(self, device: str, journal: str, stream: str) -> list[tuple[int, int]]:
        found = self._database.run(
            "SELECT before, after FROM events "
            "WHERE device = ? AND journal = ? AND text = ? AND code IN (?, ?) AND before <= after",
            device,
            journal,
            stream,
            *_MISSING_TOLD,
        )
        return [(row["before"], row["after"]) for row in found]

    def _is_held(self, stream: dict) -> bool:
        """Whether the meter still has this journal: it has said so, and nothing of a newer one."""
        newest = self._database.run(
            "SELECT MAX(told_s) AS told_s FROM streams WHERE device = ? AND stream = ?",
            stream["device"],
            stream["stream"],
        )[0]["told_s"]
        return bool(stream["told_s"]) and stream["told_s"] == newest
