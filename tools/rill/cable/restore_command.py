"""`rill restore`: a board goes on as the meter that `rill backup` has put into a file.

What makes it that meter, config.json with its broker, is written last. Whatever ends it, the
meter boots, reports nothing that is half of one meter and half of another, and the next run goes
on: the file `restoring` on the flash says of what, and from where on.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from rill.cable import backup_file, passphrase, restored
from rill.cable.ask_command import answers
from rill.cable.backup_file import Backup
from rill.cable.board_side import AS_BOARD
from rill.cable.found import Refused, find_out
from rill.cable.port import Port
from rill.cable.prompt import DeviceError
from rill.cable.reaching import reached, resetting
from rill.cable.restored import Register
from rill.cable.writing import MARK, check_whole, remove, write_whole

_CONFIG, _COMMANDED, _BOARD = "config.json", "commanded.json", "board.py"
_ANSWER_S = 60.0


def add_parser(commands) -> None:
    restore = commands.add_parser("restore", help="let a board go on as a meter of a backup")
    restore.set_defaults(command=_command)
    add = restore.add_argument
    add("file", type=Path, metavar="FILE", help="of rill backup")
    add("port", nargs="?", metavar="PORT", help="default: the only one")
    add("--force", action="store_true", help="also onto a meter that has a name or has counted")
    passphrase.add_option(restore)
    passphrase.add_code_option(restore)
    add("--json", action="store_true", help="print one JSON object and nothing else")


def _command(options: argparse.Namespace) -> int:
    document = backup_file.read(options.file)
    phrase = None
    if backup_file.has_keys(document):
        phrase = passphrase.known_passphrase(options.passphrase_file)
    backup = backup_file.unpacked(document, phrase)
    restored.settings(backup, {})
    with reached(options.port, again=_again(options.file)) as port:
        numbers = restore(
            port, backup, backup_file.digest(document), options.force, options.file,
            lambda: passphrase.installer_code(options.code_file),
        )  # fmt: skip
    print(json.dumps(numbers) if options.json else _summary(numbers))
    return 0


def restore(
    port: Port, backup: Backup, digest: str, force: bool, file: Path, code: Callable[[], str]
) -> dict:
    """Onto the board at an open port, at its prompt; what `rill restore --json` prints.

    code(): the installer code in force, when the board has one. Raises Refused, BackupError,
    PortError, and what code() may.
    """
    with resetting(port, _again(file)):
        found = find_out(port)
        if not found.has_meter:
            raise Refused(
                f"no firmware of a meter is on it: `rill deploy {port.path}` comes first"
            )
        names = set(found.names)
        check_whole(names - {MARK})
        files = _new_files(port, backup, names)
        port.enter(soft_reset=True)
        if _BOARD in files:
            _be_board(port, files[_BOARD])
        (board,) = answers(port, "identity()", _ANSWER_S)
        there = _json(port, _CONFIG, names)
        settings = restored.settings(backup, there)
        (would,) = answers(port, f"would_be({_packed(settings)!r}, '')", _ANSWER_S)
        if would["why"]:
            raise Refused(
                f"the board would not take that for {backup.meter['name']}: {would['why']}"
            )
        mark = _json(port, MARK, names)
        is_begun = mark.get("backup") == digest
        if not is_begun:
            if not force:
                _check_mark(mark)
                restored.check(backup, board, is_set=there == settings)
            if would["has_code"]:
                _sign_in(port, code())
            mark = {"backup": digest, "to": restored.register(backup, board), "is_followed": False}
            _write_json(port, MARK, mark)
        to = Register(*mark["to"]) if mark["to"] else None
        for name in restored.strangers(backup, board):
            remove(port, name)
            names.discard(name)
        if not mark["is_followed"]:
            if there or board["is_configured"]:
                _write_json(
                    port, _CONFIG, settings | {"broker_host": ""}
                )  # it is silent until ...
            _follow(port, backup, board, to)
            _write_json(port, MARK, mark | {"is_followed": True})
        _write_files(port, backup, files, settings)  # ... the end of these
        remove(port, MARK)
    names |= files.keys()
    in_force = restored.code_in_force(backup, would["has_code"])
    odometer_ml = max(board["odometer_ml"], to.odometer_ml if to else 0)
    return {
        "port": port.path,
        "file": str(file),
        "device": backup.meter["name"],
        "chip": board["chip"],
        "chip_before": backup.meter["chip"],
        "odometer_ml": odometer_ml,
        "body_ml": odometer_ml + (to.offset_ml if to else board["offset_ml"]),
        "settings": len(settings),
        "has_keys": backup.secret is not None,
        "installer_code": in_force,
        "missing": restored.missing(backup, settings, names, in_force),
        "is_continued": is_begun,
    }


def _again(file: Path) -> str:
    return f"The meter boots. Plug it in and run `rill restore {file}` again: it continues"


def _new_files(port: Port, backup: Backup, names: set[str]) -> dict[str, bytes]:
    files = restored.files(backup)
    if files.get(_BOARD) == (port.get(_BOARD) if _BOARD in names else None):
        files.pop(_BOARD, None)
    return files


def _be_board(port: Port, source: bytes) -> None:
    try:
        port.exec(AS_BOARD.format(source))
    except DeviceError as error:
        raise Refused(f"the board.py of the file does not work here: {error}") from error


def _sign_in(port: Port, code: str) -> None:
    (done,) = answers(port, f"sign_in('rill restore', {code!r})", _ANSWER_S)
    if not done["done"]:
        raise Refused(f"nothing was changed: {done['why']}")


def _check_mark(mark: dict) -> None:
    if mark:
        raise Refused(
            "a restore of another file has begun on this meter and not ended: run it again with"
            " that file; --force if it shall be this one"
        )


def _follow(port: Port, backup: Backup, board: dict, to: Register | None) -> None:
    new = {
        "who": f"rill restore, {backup.meter['chip']}",
        "command_counter": backup.meter["command_counter"],
        "odometer_ml": to.odometer_ml if to else None,
        "offset_ml": to.offset_ml if to else None,
        "blobs": restored.blobs(backup, board, to),
    }
    (done,) = answers(port, f"follow({new!r})", _ANSWER_S)
    if not done["done"]:
        raise Refused(f"what it had counted could not be taken over: {done['why']}")


def _write_files(port: Port, backup: Backup, files: dict[str, bytes], settings: dict) -> None:
    for name, data in files.items():
        write_whole(port, name, data)
    config = _packed(settings)
    if backup.commanded:
        _write_json(port, _COMMANDED, restored.commanded(backup, config))
    write_whole(port, _CONFIG, config)


def _write_json(port: Port, path: str, found: dict) -> None:
    write_whole(port, path, _packed(found))


def _packed(found: dict) -> bytes:
    """As short as it goes: a meter reads 2,048 bytes of config.json at most."""
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False).encode()


def _json(port: Port, path: str, names: set[str]) -> dict:
    """Of a file of the board; {} when there is none, or it is damaged."""
    if path not in names:
        return {}
    try:
        found = json.loads(port.get(path))
    except (ValueError, DeviceError):
        return {}
    return found if isinstance(found, dict) else {}


def _summary(numbers: dict) -> str:
    keys = "its keys" if numbers["has_keys"] else "no key of the file"
    lines = [
        f"Chip {numbers['chip']} is {numbers['device']} now, with {numbers['settings']} settings"
        f" and {keys}. Odometer {numbers['odometer_ml']} mL, meter body {numbers['body_ml']} mL."
    ]
    if numbers["installer_code"] != "none":
        lines.append(f"The installer code {numbers['installer_code']} is in force.")
    for one in numbers["missing"]:
        lines.append(f"Not in the file, and to be set: {one}. {_REMEDIES.get(one, _SETTING)}")
    lines.append(
        "At `rill console`: meter.set(...) when the register of the body shows something else,"
        " meter.new_cell() when the board has a new cell."
    )
    if numbers["chip"] != numbers["chip_before"]:
        lines.append(
            f"Chip {numbers['chip_before']} must not go on: of two boards with one name each ends"
            " the sessions of the other. meter.erase() there, or take its cell out."
        )
    return "\n".join(lines)


_SETTING = "At `rill console`: meter.configure(...)"
_REMEDIES = {
    "installer code": "At `rill console`: meter.set_code(...)",
    "command.key": "mpremote cp command.key : (64 hex digits, from the head end's keys)",
    "client.key": "mpremote cp client.key :",
    "client.der": "mpremote cp client.der :",
}
