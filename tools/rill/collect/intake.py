"""What has come from the broker, into the store: all of a batch, or none of it."""

from typing import NamedTuple

from rill.collect.database import Busy, Unstorable
from rill.collect.told import Told
from rill.message import Message, PayloadError

_BUSY_TRIES = 10


class Arrival(NamedTuple):
    """A message of the broker; it may be confirmed only in the session in which it came.

    content: what it says; PayloadError when that can't be decoded, None when it is of no interest.
    """

    topic: str
    payload: bytes
    mid: int
    qos: int
    session: int
    content: Message | Told | PayloadError | None


def keep(store, batch: list[Arrival]) -> list[tuple[Arrival, tuple[int, int]]]:
    """Each arrival with its (new, duplicates); (0, 0) when it is no Message.

    One that the database won't have is kept raw, and comes back with PayloadError as its
    content. StoreError when nothing can be stored.
    """
    for left in reversed(range(_BUSY_TRIES)):
        try:
            return _keep_all(store, batch)
        except Busy:
            if not left:
                raise
        except Unstorable as error:
            if len(batch) > 1:
                return [pair for one in batch for pair in keep(store, [one])]
            if isinstance(batch[0].content, PayloadError):
                raise
            batch = [batch[0]._replace(content=PayloadError(str(error)))]
    raise AssertionError("one of the tries returns or raises")


def _keep_all(store, batch):
    messages = [one.content for one in batch if isinstance(one.content, Message)]
    with store.transaction():
        counts = iter(store.add_all(messages))
        results = []
        for one in batch:
            is_message = isinstance(one.content, Message)
            results.append((one, next(counts) if is_message else (0, 0)))
            if isinstance(one.content, Told):
                store.add_told(one.content)
            elif isinstance(one.content, PayloadError):
                store.add_raw(one.topic, one.payload, str(one.content))
    return results
