"""`rill decode`: what one message says, for people."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from rill.collect import told
from rill.decoding import decode, decoded
from rill.message import (
    QUALITY_FLAGS,
    QUALITY_KINDS,
    Message,
    PayloadError,
    Quality,
    printable,
)


def decode_command(options: argparse.Namespace) -> int:
    """PayloadError, a sentence, when it can't be decoded."""
    payload = _payload(options)
    topic = options.topic
    if topic and told.is_told(topic):
        message = told.read(topic, payload)
    else:
        message = decode(topic, payload) if topic else decoded(payload)
    if isinstance(message, told.Told):
        print(json.dumps(json.loads(message.text), indent=2))
        return 0
    if message is None:
        raise PayloadError(f"on {topic!r} no records come")
    print(json.dumps(_plain(message)) if options.json else _table(message))
    return 0


def _payload(options) -> bytes:
    try:
        found = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
        return bytes.fromhex(found.decode("ascii")) if options.hex else found
    except OSError as error:
        raise PayloadError(f"{options.file!r} can't be read: {error.strerror}") from error
    except ValueError as error:
        raise PayloadError(f"{options.file!r} does not have hex digits only") from error


def _plain(message: Message) -> dict:
    rows = [row._asdict() for row in message.rows]
    for row in rows:
        if "quality" in row:
            row["quality"] = [value._asdict() for value in row["quality"]]
    return {**message._asdict(), "rows": rows}


def _table(message: Message) -> str:
    """The rows; times as UTC."""
    title = f"{message.device}: {message.stream} of journal {message.journal or 'none'}"
    if message.oldest:
        title += f", the oldest there is {message.oldest}"
    if message.offset_ml is not None:
        title += f", the body shows {message.offset_ml} mL more"
    names = [name for name in message.rows[0]._fields if name != "quality"]
    table = Table(*names, box=None, pad_edge=False)
    for row in message.rows:
        table.add_row(*(_cell(name, getattr(row, name)) for name in names))
    console = Console(width=160, no_color=True, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        console.print(title)
        console.print(table)
        for row in message.rows:
            for value in getattr(row, "quality", ()):
                console.print(f"  {row.seq}: {_quality(value)}")
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def _cell(name: str, value) -> str:
    if name == "time_s" and value is not None:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return "-" if value is None else printable(str(value))


def _quality(value: Quality) -> str:
    said = "rejected" if value.value is None else f"{value.value} +/- {value.uncertainty}"
    return f"{QUALITY_KINDS[value.kind]} {said} ({QUALITY_FLAGS[value.flag]})"
