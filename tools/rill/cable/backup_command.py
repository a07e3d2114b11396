"""`rill backup`: all that makes a meter the one that it is, into a file, for `rill restore`."""

import argparse
import json
import os
import time
from pathlib import Path

from rill.cable import backup_file, passphrase
from rill.cable.ask_command import answers
from rill.cable.backup_file import KEY_FILES, OPEN_FILES, Backup
from rill.cable.found import Refused, find_out
from rill.cable.port import Port
from rill.cable.reaching import reached, resetting
from rill.cable.restored import parts
from rill.cable.writing import check_whole
from rill.fields import firmware_version

_ANSWER_S = 60.0
_AGAIN = "Nothing was written: plug it in and run `rill backup` again"
# Of what a meter says it is; the rest is of the moment.
_OF_METER = (
    "name", "chip", "firmware", "journal", "odometer_ml", "offset_ml", "command_counter",
)  # fmt: skip


def add_parser(commands) -> None:
    backup = commands.add_parser("backup", help="what a meter is, into a file, for rill restore")
    backup.set_defaults(command=_command)
    add = backup.add_argument
    add("port", nargs="?", metavar="PORT", help="default: the only one")
    add("--to", type=Path, required=True, metavar="FILE", help="a new file")
    add("--with-keys", action="store_true",
        help="also keys, passwords and the installer code, sealed by a passphrase")  # fmt: skip
    passphrase.add_option(backup)
    add("--json", action="store_true", help="print one JSON object and nothing else")


def _command(options: argparse.Namespace) -> int:
    if os.path.exists(options.to):  # unlike that of a Path it never raises
        raise Refused(f"{options.to} is there already: take another name, or remove it")
    if not options.to.parent.is_dir():
        raise Refused(f"{options.to.parent} is no directory: mkdir -p {options.to.parent}")
    if options.passphrase_file and not options.with_keys:
        raise Refused("a passphrase is for --with-keys: nothing was written")
    backup_file.write(options.to, b"")  # before a person or a meter is asked
    options.to.unlink()
    phrase = passphrase.new_passphrase(options.passphrase_file) if options.with_keys else None
    with reached(options.port, again=_AGAIN) as port:
        found, waiting = backup(port, options.with_keys)
    backup_file.write(options.to, backup_file.packed(found, phrase))
    numbers = {
        "port": port.path,
        "file": str(options.to),
        "device": found.meter["name"],
        "chip": found.meter["chip"],
        "settings": len(found.open.settings) + len(found.secret.settings if found.secret else ()),
        "has_keys": options.with_keys,
        "left_out": found.left_out,
        "odometer_ml": found.meter["odometer_ml"],
        **waiting,
    }
    print(json.dumps(numbers) if options.json else _summary(numbers))
    return 0


def backup(port: Port, has_keys: bool) -> tuple[Backup, dict]:
    """Of the meter at an open port, at its prompt, and how much waits in its journal.

    The meter goes on. Raises PortError, Refused.
    """
    with resetting(port, _AGAIN):
        names = find_out(port)
        if not names.has_meter:
            raise Refused("no firmware of a meter is on it: there is nothing to keep")
        check_whole(names.names)
        port.enter(soft_reset=True)
        (meter,) = answers(port, "identity()", _ANSWER_S)
        (said,) = answers(port, f"belongings({has_keys})", _ANSWER_S)
        wanted = (*OPEN_FILES, *KEY_FILES) if has_keys else OPEN_FILES
        of_flash = {name: port.get(name) for name in wanted if name in names.names}
    left_out = [] if has_keys else [one for one in KEY_FILES if one in names.names]
    visible, secret = parts(said, of_flash, has_keys)
    found = Backup(
        firmware_version(), int(time.time()), {name: meter[name] for name in _OF_METER},
        visible, said["commanded"], left_out + said["left_out"], secret,
    )  # fmt: skip
    return found, {name: meter[name] for name in ("readings_waiting", "events_waiting")}


def _summary(numbers: dict) -> str:
    lines = [
        f"{numbers['device']}, chip {numbers['chip']}, with {numbers['settings']} settings and"
        f" {'its keys' if numbers['has_keys'] else 'no key'}, is in {numbers['file']}."
    ]
    if not numbers["settings"]:
        lines.append("No configuration could be read: what it was set to is not in the file.")
    if numbers["left_out"]:
        lines.append(f"Left out: {', '.join(numbers['left_out'])} (--with-keys).")
    lines.append(
        f"The journal is not in it: `rill pull`. {numbers['readings_waiting']} readings and"
        f" {numbers['events_waiting']} events wait there for the head end."
    )
    return "\n".join(lines)
