"""What the counts of storage/ledger.py are called, in their order: docs/energy.md.

Names are memory, so only who shows them has this.
"""

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
