"""The commands of the other end: `rill collect`, `send`, `decode` and `export`."""

import argparse
import hashlib
import json
import re
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from rill.collect import export, send
from rill.collect.asking import Asking
from rill.collect.decode import decode_command
from rill.collect.dial import address
from rill.collector import Collector
from rill.signing import read_keys
from rill.store import Store, StoreError

DATABASE = "rill.db"
_SHOW_S = 60.0
_COUNTS = (
    "messages", "records_received", "duplicates", "bad_messages", "interruptions",
)  # fmt: skip


def add_parsers(commands) -> None:
    """Add them to the table of commands."""
    collect = commands.add_parser("collect", help="store what the meters publish")
    collect.set_defaults(command=_collect)
    _add_broker(collect)
    _add_database(collect)
    add = collect.add_argument
    add("--share", type=_level, metavar="GROUP", help="divide the messages among all of GROUP")
    add("--client-id", type=_level, metavar="NAME",
        help="by which the broker knows us (default: of host, database and GROUP)")  # fmt: skip
    add("--keys", metavar="FILE", help="lines DEVICE HEX64: ask these for what is missing")
    add("--json", action="store_true", help="print JSON objects, one a line, and nothing else")
    _add_send(commands)
    _add_decode(commands)
    _add_export(commands)


def _add_broker(parser):
    """The group of options of which one is to be given, --broker among them."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--broker", metavar="URL",
                       help="mqtt://user:password@host:port, or mqtts:// for TLS")  # fmt: skip
    add = parser.add_argument
    add("--ca", metavar="FILE", help="PEM of whom to believe (default: whom the system does)")
    add("--cert", metavar="FILE", help="PEM of our certificate, for a broker that wants one")
    add("--key", metavar="FILE", help="PEM of its key")
    return where


def _add_database(parser) -> None:
    parser.add_argument("--db", default=DATABASE, metavar="FILE|URL",
                        help=f"SQLite file or postgresql://... (default {DATABASE})")  # fmt: skip


def _add_send(commands) -> None:
    parser = commands.add_parser("send", help="sign a command and send it to a meter")
    parser.set_defaults(command=send.run)
    add = parser.add_argument
    add("device", metavar="DEVICE")
    add("name", metavar="COMMAND")
    add("arguments", nargs="*", metavar="ARG")
    where = _add_broker(parser)
    where.add_argument("--print", action="store_true", dest="prints",
                       help="print the signed line and send nothing")  # fmt: skip
    _add_database(parser)
    add("--keys", required=True, metavar="FILE", help="lines DEVICE HEX64")
    add("--expires-s", type=_seconds, default=send.EXPIRES_S, metavar="N",
        help=f"the meter refuses it after that (default {send.EXPIRES_S})")  # fmt: skip
    add("--wait", action="store_true", help="wait for the meter's answer")


def _add_decode(commands) -> None:
    parser = commands.add_parser("decode", help="show what one message says")
    parser.set_defaults(command=decode_command)
    add = parser.add_argument
    add("file", nargs="?", default="-", metavar="FILE", help="of the payload (default: -, stdin)")
    add("--topic", metavar="TOPIC", help="on which it came (default: one of ours)")
    add("--hex", action="store_true", help="the file has hex digits")
    add("--json", action="store_true", help="print one JSON object and nothing else")


def _add_export(commands) -> None:
    parser = commands.add_parser("export", help="print what is stored")
    parser.set_defaults(command=export.run)
    _add_database(parser)
    parser.add_argument("--device", metavar="DEVICE", help="of this one only")
    parser.add_argument("--stream", choices=export.STREAMS, default="readings")
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--csv", action="store_true")
    form.add_argument("--json", action="store_true", help="one object a line")


def _level(text: str) -> str:
    """Of a topic: no wildcard, and no level of its own."""
    if re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text):
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is not 1 to 64 of A-Z a-z 0-9 . _ -")


def _seconds(text: str) -> int:
    with suppress(ValueError):
        if 1 <= int(text) <= 31_536_000:
            return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of seconds up to a year")


def _collect(options: argparse.Namespace) -> int:
    """Until it is stopped; 1 when the database can't be used any more."""
    broker = address(options.broker, options.ca, options.cert, options.key)
    keys = read_keys(options.keys) if options.keys else {}
    with Store(options.db) as store:
        asking = Asking(store.database, keys)
        name = options.client_id or _client_id(options.db, store, options.share)
        collector = Collector(broker, store, client_id=name, share=options.share, asking=asking)
        with collector:
            try:
                where = f"from {broker.name} into {store.database.name}"
                _say(options, f"collecting {where} as {name}", collecting=name)
                return _watch(options, collector, store, asking)
            except StoreError as error:
                print(f"rill: {error}", file=sys.stderr)
                return 1
            except KeyboardInterrupt:
                collector.close()  # what has come is stored before we count
                _show(options, _numbers(collector, store, asking))
                return 0


def _client_id(database: str, store: Store, share: str | None) -> str:
    """The same each time on this host: the broker keeps for it what comes meanwhile."""
    where = store.database.name if "://" in database else str(Path(database).resolve())
    of = "\0".join((socket.gethostname(), where, share or ""))
    return f"rill-collect-{hashlib.sha256(of.encode()).hexdigest()[:12]}"


def _watch(options, collector, store, asking):
    shown = None
    next_s = time.monotonic() + _SHOW_S
    while True:
        collector.wait_for(
            lambda: collector.bad or collector.notes, max(0.0, next_s - time.monotonic())
        )
        for sentence in collector.take_bad():
            _say(options, f"stored raw: {sentence}", bad=sentence)
        for sentence in collector.take_notes():
            _say(options, sentence, note=sentence)
        if time.monotonic() >= next_s:
            next_s += _SHOW_S
            numbers = _numbers(collector, store, asking)
            if numbers != shown:
                _show(options, numbers)
            shown = numbers


def _numbers(collector, store, asking) -> dict:
    counts = {name: getattr(collector, name) for name in _COUNTS}
    return {**counts, "conflicts": store.conflicts, "gaps": asking.gaps, "asked": asking.asked}


def _show(options, numbers: dict) -> None:
    words = ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in numbers.items())
    _say(options, words, **numbers)


def _say(options, sentence: str, **found) -> None:
    # In one piece: whoever stops us may do it between a line and its end.
    sys.stdout.write((json.dumps(found) if options.json else sentence) + "\n")
    sys.stdout.flush()
