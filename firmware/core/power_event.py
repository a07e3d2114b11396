"""Codes of events that few wakes tell; beside core/event.py, whose names each wake has in memory.

docs/events.md says what each means.
"""

from micropython import const

CONSUMER = const(26)  # before: counted; after: its budget; text: which one
MODEM_RESET = const(27)  # before: such resets in a row; after: the pause, s; text: why it came
NEW_CELL = const(28)  # before, after: uAh that were used until then; text: who
THRIFT = const(29)  # before, after: level of core/thrift.py; text: what is left
