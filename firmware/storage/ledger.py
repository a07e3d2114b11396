"""What has taken energy, as counts: of each act since the meter was made. docs/energy.md.

Counts of now lie in retained memory, modulo 2**24, and are added to by whoever acts, by number:
service/acts.py has their names. Once a day what has come is added to the sums in non-volatile
storage: a loss of power costs a day at most. In memory only meanwhile.
"""

import struct

from micropython import const

from firmware.core.seal import seal, unseal

# The sums, as docs/record-format.md has them. Another layout takes another key, and another number
# in front of what firmware/telling.py makes of it.
_KEY = const("ledger1")
_LAYOUT = const("<BIIIQ28I84s")
_LIFE = const(28)  # behind them in retained memory: which one it is, 0 when all was lost there
_MOST_LIVES = const(255)
_MOST = const(0xFFFFFFFF)
_LONG = const(1 << 31)


def stored(nvs):
    """The values of _LAYOUT: life, seconds and polls at the last time; seconds, polls, and counts
    since the meter was made; counts at the last time. OSError.
    """
    content = unseal(nvs.read(_KEY) or b"")
    return struct.unpack(_LAYOUT, content or bytes(struct.calcsize(_LAYOUT)))


def since(nvs, retained):
    """The counts that are not in the sums yet. OSError."""
    return _since(stored(nvs), _all(retained))


def add(vault, retained, commit, state, found):
    """Add what was counted since the last time to the sums. found: Counts of the counter, or None.

    A reset may come anywhere: what is added once is in the sums together with what it was.
    """
    raw_s, polls = state.time.raw_us // 1_000_000 & _MOST, found and found.polls
    try:
        known = stored(vault.nvs)
        if not retained.count(_LIFE, 0):
            # Before anything is stored: from now on it is told from what was counted before.
            retained.count(_LIFE, known[0] % _MOST_LIVES + 1)
            commit()
        counts = _all(retained)
        polls = known[2] if polls is None else polls
        values = (
            counts[_LIFE], raw_s, polls,
            min(known[3] + _passed(raw_s, known[1]), _MOST), known[4] + _passed(polls, known[2]),
        )  # fmt: skip
        more = _since(known, counts)
        added = tuple([min(one + more[n], _MOST) for n, one in enumerate(known[5:-1])])
        kept = b"".join([one.to_bytes(3, "little") for one in counts[:_LIFE]])
        packed = struct.pack(_LAYOUT, *(values + added + (kept,)))  # noqa: RUF005
        vault.nvs.write(_KEY, seal(packed))
    except OSError as error:
        print("ledger not written: %s" % error)  # what it would have got is added the next time


def _since(known, counts):
    before = known[-1] if known[0] == counts[_LIFE] else bytes(3 * _LIFE)
    return [
        (counts[n] - int.from_bytes(before[3 * n : 3 * n + 3], "little")) & 0xFFFFFF
        for n in range(_LIFE)
    ]


def _all(retained):
    return [retained.count(n, 0) for n in range(_LIFE + 1)]


def _passed(now, before):
    """What is more now, modulo 2**32; after a loss of power it began at zero."""
    passed = (now - before) & _MOST
    return passed if passed < _LONG else now
