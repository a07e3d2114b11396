"""What has taken energy, as counts: of each act since the meter was made. docs/energy.md.

Counts of now lie in retained memory, modulo 2**24, and are added to by whoever acts, by number.
Once a day what has come is added to the sums in non-volatile storage: a loss of power costs a day
at most. In memory only meanwhile.
"""

import struct

from micropython import const

from firmware.core.seal import seal, unseal

# Another layout takes another key, and another number in front of what is told.
_KEY = "ledger1"
VERSION = 1
COUNTS = (
    "wakes_timer",
    "wakes_ulp",  # asked for by the coprocessor
    "wakes_button",
    "wakes_other",  # power-on, resets, watchdog
    "awake_timer_cs",  # hundredths of a second from the first line of the firmware on
    "awake_ulp_cs",
    "awake_other_cs",
    "awake_report_cs",  # of reports, and behind them until sleep
    "reports",  # tried
    "reports_failed",
    "rungs",  # of core/ladder.py: tries behind the first one
    "probe_ms",  # probes have power
    "checkpoints",  # into non-volatile storage
    "records",  # readings and events
    "record_bytes",
    "search_ms",  # the modem is on, and not connected
    "connected_ms_0",  # at coverage level 0, 1, 2
    "connected_ms_1",
    "connected_ms_2",
    "bursts_0",
    "bursts_1",
    "bursts_2",
    "up_bytes_0",
    "up_bytes_1",
    "up_bytes_2",
    "down_bytes_0",
    "down_bytes_1",
    "down_bytes_2",
)
_LIFE = const(84)  # behind them in retained memory, a count, too: 0 when all has been lost there
_MOST_LIVES = const(255)
_LAYOUT = "<BIIIQ28I84s"  # the last: COUNTS at the last time, as in retained memory
_MOST = const(0xFFFFFFFF)
_LONG = const(1 << 31)


def sums(nvs):
    """[VERSION, seconds that are counted, polls of the coprocessor, COUNTS ...], all since the
    meter was made; None: there are none yet, or they can't be read.
    """
    try:
        known = _known(nvs)
    except OSError as error:
        print("ledger not read: %s" % error)
        return None
    return known and [VERSION, known[3], known[4]] + list(known[5:-1])  # noqa: RUF005


def since(nvs, retained):
    """COUNTS that are not in the sums yet. OSError."""
    return _since(_known(nvs) or _none(), retained.counts())


def add(vault, retained, commit, state, found):
    """Add what was counted since the last time to the sums. found: Counts of the counter, or None.

    A reset may come anywhere: what is added once is in the sums together with what it was.
    """
    raw_s, polls = state.time.raw_us // 1_000_000 & _MOST, found and found.polls
    try:
        known, counts = _known(vault.nvs) or _none(), retained.counts()
        if not counts[_LIFE]:
            # Before anything is stored: from now on it is told from what was counted before.
            retained.count(_LIFE // 3, known[0] % _MOST_LIVES + 1)
            commit()
            counts = retained.counts()
        polls = known[2] if polls is None else polls
        values = (
            counts[_LIFE], raw_s, polls,
            min(known[3] + _passed(raw_s, known[1]), _MOST), known[4] + _passed(polls, known[2]),
        )  # fmt: skip
        more = _since(known, counts)
        added = [min(one + more[n], _MOST) for n, one in enumerate(known[5:-1])]
        packed = struct.pack(_LAYOUT, *(values + tuple(added) + (counts[:_LIFE],)))  # noqa: RUF005
        vault.nvs.write(_KEY, seal(packed))
    except OSError as error:
        print("ledger not written: %s" % error)  # what it would have got is added the next time


def _since(known, counts):
    before = known[-1] if known[0] == counts[_LIFE] else bytes(_LIFE)
    return [(_at(counts, n) - _at(before, n)) & 0xFFFFFF for n in range(0, _LIFE, 3)]


def _at(counts, n):
    return int.from_bytes(counts[n : n + 3], "little")


def _passed(now, before):
    """What is more now, modulo 2**32; after a loss of power it began at zero."""
    passed = (now - before) & _MOST
    return passed if passed < _LONG else now


def _known(nvs):
    """The values of _LAYOUT, None: there are none."""
    content = unseal(nvs.read(_KEY) or b"")
    return content and struct.unpack(_LAYOUT, content)


def _none():
    return struct.unpack(_LAYOUT, bytes(struct.calcsize(_LAYOUT)))
