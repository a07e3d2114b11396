"""`rill export`: what is stored, as CSV or JSON."""

import argparse
import csv
import json
import os
import sys
from contextlib import suppress

from rill.collect.schema import EVENTS, OFFSETS, QUALITY, READINGS
from rill.store import Store

STREAMS = {"readings": READINGS, "events": EVENTS, "quality": QUALITY, "offsets": OFFSETS}


def run(options: argparse.Namespace) -> int:
    """Print it all; who reads may stop when it has enough."""
    with Store(options.db, must_exist=True) as store:
        table = STREAMS[options.stream]
        condition, values = ("WHERE device = ? ", [options.device]) if options.device else ("", [])
        rows = store.database.each(
            f"SELECT * FROM {table.name} {condition}ORDER BY {', '.join(table.key_names)}", *values
        )
        with suppress(BrokenPipeError):
            if options.csv:
                writer = csv.DictWriter(sys.stdout, table.names, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
            else:
                for row in rows:
                    print(json.dumps(row))
            sys.stdout.flush()
            return 0
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing more to be flushed
    return 0
