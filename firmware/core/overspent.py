"""Which consumers have taken more in a day than any plan explains: docs/energy.md."""

from micropython import const

_DAY_S = const(86_400)
_WAKE_CS = const(500)  # a wake of half a second, and room for a journal that has to be repaired
_MORE_WAKES = const(200)  # for 100 pulses, marks, looks for leaks
_MORE_REPORTS = const(30)
_MORE_RECORDS = const(1500)
_PROBE_MS = const(30_000)  # a look at the probes
_RADIO_MJ = const(208_000)  # of docs/nbiot.md: 160 J, known within 30 %
_SEARCH_MW = const(190)
_CONNECTED_MW = const((215, 250, 320))
_BURST_MJ = const((70, 400, 2000))


def overspent(passed_s, counts, slot_s, report_s, quality_s):
    """(name, counted, budget) of each that is over its own, of counts of service/acts.py that
    came in passed_s (an hour at least). Seconds, millijoules, or times.
    """
    wakes, awake_cs, probe_ms = sum(counts[:4]), sum(counts[4:7]), counts[11]
    radio_mj = counts[15] * _SEARCH_MW // 1000
    for n in range(3):
        radio_mj += counts[16 + n] * _CONNECTED_MW[n] // 1000 + counts[19 + n] * _BURST_MJ[n]
    days = 1 + (passed_s - 1) // _DAY_S  # begun ones, so a short one has the budget of a whole
    slots, looks = 1 + passed_s // slot_s, 2 + passed_s // quality_s
    rows = (
        ("wakes", wakes, 2 * slots + _MORE_WAKES * days),
        ("awake", max(0, awake_cs * 10 - probe_ms) // 1000, wakes * _WAKE_CS // 100),
        ("reports", counts[8], 2 + 2 * passed_s // report_s + _MORE_REPORTS * days),
        ("records", counts[13], 2 * slots + _MORE_RECORDS * days),
        ("probes", probe_ms // 1000, looks * _PROBE_MS // 1000),
        ("modem", radio_mj, _RADIO_MJ * days),
    )
    return [row for row in rows if row[1] > row[2]]
