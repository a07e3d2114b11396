"""`rill provision`: a meter at a cable gets its name, its settings, its key and its label."""

import argparse
import json
from pathlib import Path

from rill.cable.ask_command import answers
from rill.cable.found import Refused, find_out
from rill.cable.port import Port
from rill.cable.prompt import DeviceError
from rill.cable.provisioned import (
    SettingsError,
    checked,
    known_keys,
    made_key,
    row_of,
    write_label,
)
from rill.cable.reaching import reached, resetting
from rill.cable.writing import MARK, remove, write_whole
from rill.image import boards, build

_CONFIG, _KEY, _BOARD = "config.json", "command.key", "board.py"
_BY = "rill provision"
_CHIP = "__import__('binascii').hexlify(__import__('machine').unique_id()).decode()"
_CODE_S = 30.0
_AGAIN = "The meter boots. Plug it in and run the same again with --device {}: it continues"


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
    texts = _texts(options)
    settings, code = checked(texts)
    for folder in (options.labels, options.keys.parent):
        if not folder.is_dir():
            raise SettingsError(f"{folder} is no directory: mkdir -p {folder}")
    board = build(board=options.board) / _BOARD if options.board else None
    again = _AGAIN.format(settings["device"])
    with reached(options.port) as port, resetting(port, again):
        chip = _provision(port, settings, code, options.keys, board, options.force)
    label = write_label(options.labels, str(settings["device"]), chip)
    numbers = {
        "port": port.path,
        "device": settings["device"],
        "chip": chip,
        "settings": sorted(settings),
        "has_installer_code": bool(code),
        "keys": str(options.keys),
        "label": str(label),
    }
    print(json.dumps(numbers) if options.json else _summary(numbers))
    return 0


def _texts(options: argparse.Namespace) -> dict[str, str]:
    texts = {"device": options.device or ""}
    if options.list:
        texts = row_of(options.list, options.device, set(known_keys(options.keys)))
    for given in options.set:
        name, is_set, text = given.partition("=")
        if not is_set or name in ("device", "installer_code"):
            raise SettingsError(f"{given!r} is not KEY=VALUE of a setting, like slot_s=900")
        texts[name] = text
    return texts


def _provision(
    port: Port, settings: dict, code: str, keys: Path, board: Path | None, force: bool
) -> str:
    """The chip's id. What makes it that meter, config.json, is written last."""
    found = find_out(port)
    if not found.has_meter:
        raise Refused(f"no firmware of a meter is on it: `rill deploy {port.path}` comes first")
    port.enter(soft_reset=True)
    chip = port.value(_CHIP)
    config = json.dumps(settings).encode()
    if not force:
        _check_new(port, found.names, str(settings["device"]), config)
    if MARK in found.names:
        remove(port, MARK)
    key = made_key(keys, str(settings["device"]), chip, force)
    write_whole(port, _KEY, key.encode())
    if board:
        write_whole(port, _BOARD, board.read_bytes())
    if code:
        (done,) = answers(port, f"set_code({code!r}, {_BY!r}, {code!r})", _CODE_S)
        if not done["done"]:
            raise Refused(f"the installer code is as it was: {done['why']}")
    write_whole(port, _CONFIG, config)
    return chip


def _check_new(port: Port, names: tuple[str, ...], device: str, config: bytes) -> None:
    """A key alone may be of this command, when it was interrupted; so is the very config.json."""
    if MARK in names:
        raise Refused(
            "a `rill restore` has begun here and not ended: run it again, it continues;"
            " --force to give that up"
        )
    if _CONFIG not in names:
        return
    try:
        content = port.get(_CONFIG)
        if content == config:
            return
        there = json.loads(content).get("device")
    except (ValueError, AttributeError, DeviceError):
        there = "something that can't be read"
    if there:
        raise Refused(
            f"this meter is {there} already, and would become {device}. --force if that is meant:"
            " what it has not reported goes out under the new name"
        )


def _summary(numbers: dict) -> str:
    code = "an installer code" if numbers["has_installer_code"] else "no installer code"
    return (
        f"{numbers['device']} is on chip {numbers['chip']}, with {len(numbers['settings'])}"
        f" settings and {code}. Its command key is in {numbers['keys']}, its label is"
        f" {numbers['label']}."
    )
