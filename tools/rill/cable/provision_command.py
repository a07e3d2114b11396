"""`rill provision`: a meter at a cable gets its name, its settings, its key and its label."""

import argparse
import hashlib
import json
from pathlib import Path

from rill.cable.ask_command import answers
from rill.cable.board_side import AS_BOARD
from rill.cable.found import Refused, find_out
from rill.cable.port import Port
from rill.cable.provisioned import (
    SettingsError,
    checked,
    key_for,
    known_keys,
    listed,
    made_key,
    next_device,
    write_label,
)
from rill.cable.reaching import reached, resetting
from rill.cable.writing import MARK, check_whole, remove, write_whole
from rill.image import boards, build

_CONFIG, _KEY, _BOARD = "config.json", "command.key", "board.py"
_BY = "rill provision"
_CHIP = "__import__('binascii').hexlify(__import__('machine').unique_id()).decode()"
_ANSWER_S = 30.0
_AGAIN = (
    "The meter boots. Plug it in and run `rill provision` again: it goes on with the name and the"
    " key that were made for this chip"
)


def add_parser(commands) -> None:
    parser = commands.add_parser("provision", help="name, settings, key and label of a new meter")
    parser.set_defaults(command=_command)
    add = parser.add_argument
    add("port", nargs="?", metavar="PORT", help="default: the only one")
    add("--device", metavar="NAME", help="like m-0001 (default: the next one of --list)")
    add("--list", type=Path, metavar="FILE",
        help="CSV: device, settings, installer_code; a line for each meter")  # fmt: skip
    add("--set", action="append", default=[], metavar="KEY=VALUE",
        help="a setting, like broker_host=mqtt.example.org; before what --list says")  # fmt: skip
    add("--board", choices=boards(), help="of firmware/boards (default: as it was deployed)")
    add("--keys", type=Path, required=True, metavar="FILE",
        help="the command key is added to it, for rill collect and send")  # fmt: skip
    add("--labels", type=Path, default=Path(), metavar="DIR", help="for the label (default: here)")
    add("--force", action="store_true", help="also a meter that has a name or a key")
    add("--json", action="store_true", help="print one JSON object and nothing else")


def _command(options: argparse.Namespace) -> int:
    wanted = _wanted(options)
    known_keys(options.keys)  # before anything is touched
    for folder in (options.labels, options.keys.parent):
        if not folder.is_dir():
            raise SettingsError(f"{folder} is no directory: mkdir -p {folder}")
    with reached(options.port, again=_AGAIN) as port, resetting(port, _AGAIN):
        numbers = _provision(port, wanted, options)
    print(json.dumps(numbers) if options.json else _summary(numbers))
    return 0


def _wanted(options: argparse.Namespace) -> dict[str, tuple[dict, str]]:
    """(settings, installer code) by device: of the one that was named, or of each in the list."""
    lines = listed(options.list) if options.list else {}
    if options.device or not options.list:
        named = options.device or ""
        if options.list and named not in lines:
            raise SettingsError(f"{options.list} has no line for {named}")
        lines = {named: lines.get(named, {"device": named})}
    changes = {}
    for given in options.set:
        name, is_set, text = given.partition("=")
        if not is_set or name in ("device", "installer_code"):
            raise SettingsError(f"{given!r} is not KEY=VALUE of a setting, like slot_s=900")
        changes[name] = text
    return {device: checked(texts | changes) for device, texts in lines.items()}


def _provision(port: Port, wanted: dict, options: argparse.Namespace) -> dict:
    """What `rill provision --json` prints. All that may be refused is, before anything is written;
    what makes it that meter, config.json, is written last.
    """
    found = find_out(port)
    if not found.has_meter:
        raise Refused(f"no firmware of a meter is on it: `rill deploy {port.path}` comes first")
    port.enter(soft_reset=True)
    files = {}
    if options.board:
        files[_BOARD] = (build(board=options.board) / _BOARD).read_bytes()
        port.exec(AS_BOARD.format(files[_BOARD]))
    chip = port.value(_CHIP)
    device = options.device or next_device(wanted, options.keys, chip)
    settings, code = wanted[device]
    files[_CONFIG] = json.dumps(settings).encode()
    (meter,) = answers(port, f"would_be({files[_CONFIG]!r}, {code!r})", _ANSWER_S)
    check_whole(set(found.names) - {MARK} if options.force else found.names)
    if meter["why"]:
        raise Refused(f"the meter would not take that for {device}: {meter['why']}")
    known = key_for(options.keys, device, chip)
    is_done = (
        not options.force
        and known is not None
        and (meter["has_code"] or not code)
        and _has(port, files | {_KEY: known.encode()})
    )
    if not is_done:
        if not options.force:
            _check_new(meter, device, chip)
        files[_KEY] = made_key(options.keys, device, chip, options.force).encode()
        if MARK in found.names:
            remove(port, MARK)
        write_whole(port, _KEY, files[_KEY])
        if options.board:
            write_whole(port, _BOARD, files[_BOARD])
        if code:
            (done,) = answers(port, f"set_code({code!r}, {_BY!r}, {code!r})", _ANSWER_S)
            if not done["done"]:
                raise Refused(f"the installer code is as it was: {done['why']}")
    label = write_label(options.labels, device, chip)
    if not is_done:
        write_whole(port, _CONFIG, files[_CONFIG])
    return {
        "port": port.path,
        "device": device,
        "chip": chip,
        "was_done": is_done,
        "settings": sorted(settings),
        "has_installer_code": bool(code),
        "keys": str(options.keys),
        "label": str(label),
    }


def _has(port: Port, files: dict[str, bytes]) -> bool:
    """True when these are on it already: only its answer did not come the last time."""
    digests = [hashlib.sha256(data).hexdigest() for data in files.values()]
    return port.hashes(list(files)) == digests


def _check_new(meter: dict, device: str, chip: str) -> None:
    """Files of an interrupted run make no meter; what is in force does."""
    if not (meter["device"] or meter["is_configured"]):
        return
    name = meter["device"] or f"rill-{chip}"
    becomes = "get other settings or another key" if name == device else f"become {device}"
    raise Refused(
        f"this meter is {name} already, and would {becomes}. --force if that is meant:"
        " what it has not reported goes out as that"
    )


def _summary(numbers: dict) -> str:
    code = "an installer code" if numbers["has_installer_code"] else "no installer code"
    already = "already " * numbers["was_done"]
    return (
        f"{numbers['device']} is {already}on chip {numbers['chip']}, with"
        f" {len(numbers['settings'])} settings and {code}. Its command key is in"
        f" {numbers['keys']}, its label is {numbers['label']}."
    )
