"""What a backup makes of the board that goes on with it: what is refused, and what it gets.

Whatever it is, its odometer never goes back, and what it has counted itself stays in it.
"""

import struct
import zlib
from typing import NamedTuple

from rill.cable.backup_file import CODE_BLOB, KEY_FILES, Backup, BackupError, Part
from rill.cable.found import Refused
from rill.fields import Field, acts, fields, secret_settings

_LEDGER = struct.Struct(f"<BIIIQ{len(acts())}I{3 * len(acts())}s")  # docs/record-format.md
_SUMS = slice(3, -1)
_BEGAN = struct.Struct("<Q")  # of a filter: the odometer when it came
_SEAL = struct.Struct("<I")
_CODE = "installer code"
_NO_JOURNAL = "0" * 16


class Register(NamedTuple):
    """What the board goes on from, mL; offset_ml is what the meter body shows more."""

    odometer_ml: int
    offset_ml: int


def is_same(backup: Backup, board: dict) -> bool:
    """True when it is that very board, and its history is on it: that is newer than the file."""
    return board["journal"] == backup.meter["journal"] != _NO_JOURNAL


def is_live(board: dict) -> bool:
    return bool(board["is_configured"] or board["device"])


def check(backup: Backup, board: dict, is_set: bool = False) -> None:
    """Raises Refused for what needs --force. board: as the meter says itself. is_set: its settings
    are those of the file.
    """
    name = backup.meter["name"]
    if is_live(board) and board["name"] == name:
        stays = "; what it has counted and learned stays" * is_same(backup, board)
        cut = ", as the file says: a restore that was cut at its very end is complete" * is_set
        raise Refused(
            f"this meter is {name} already{cut}. --force if its settings and keys shall be those"
            f" of the file again{stays}"
        )
    if is_live(board):
        raise Refused(
            f"this meter is {board['name']}, and would become {name}. --force if that is meant:"
            " what it has not reported goes out under the new name, its keys go"
        )
    if board["odometer_ml"] > backup.meter["odometer_ml"]:
        raise Refused(
            f"its odometer stands at {board['odometer_ml']} mL and never goes back, not to the"
            f" {backup.meter['odometer_ml']} mL of {name}. --force: it goes on from there, and the"
            " reading of the meter body is right all the same"
        )


def register(backup: Backup, board: dict) -> Register | None:
    """None: what the board knows is newer."""
    if is_same(backup, board):
        return None
    before = backup.meter["odometer_ml"]
    odometer_ml = max(before, board["odometer_ml"])
    return Register(odometer_ml, before + backup.meter["offset_ml"] - odometer_ml)


def blobs(backup: Backup, board: dict, to: Register | None) -> dict[str, bytes]:
    """Of non-volatile storage, as they are written."""
    found = {key: bytes.fromhex(text) for key, text in backup.open.blobs.items()}
    if backup.secret:
        found |= {key: bytes.fromhex(text) for key, text in backup.secret.blobs.items()}
    if to is None:
        return {key: blob for key, blob in found.items() if key in ("probes1", CODE_BLOB)}
    if "ledger1" in found:
        found["ledger1"] = _ledger(found["ledger1"], bytes.fromhex(board["ledger"]))
    if "purifier1" in found:
        found["purifier1"] = _filter(
            found["purifier1"], to.odometer_ml - backup.meter["odometer_ml"]
        )
    return found


def settings(backup: Backup, there: dict) -> dict:
    """Of config.json. there: what is in that of the board. Raises BackupError."""
    known = {field.key: field for field in fields()}
    found = {"device": backup.meter["name"]} | backup.open.settings
    if there.get("device") == backup.meter["name"]:
        found |= {key: there[key] for key in secret_settings() if key in there}
    if backup.secret:
        found |= backup.secret.settings
    for key, value in [*found.items(), *backup.commanded.items()]:
        if key not in known:
            raise BackupError(
                f"it sets {key}, which this version does not know: a newer rill made it"
            )
        _check(known[key], value)
    return found


def commanded(backup: Backup, config: bytes) -> dict:
    """Of commanded.json, over that content of config.json."""
    return {"crc": zlib.crc32(config), "values": backup.commanded}


def files(backup: Backup) -> dict[str, bytes]:
    return backup.open.files | (backup.secret.files if backup.secret else {})


def strangers(backup: Backup, board: dict) -> tuple[str, ...]:
    """Files of another meter, which this one must not go on with."""
    is_other = is_live(board) and board["name"] != backup.meter["name"]
    return (*KEY_FILES, "broker.der", "commanded.json") if is_other else ()


def missing(backup: Backup, now: dict, names: set[str], code: str) -> list[str]:
    """What the meter had, and has not now: its settings, the files on it, code as below."""
    here = names & set(KEY_FILES) | {key for key, value in now.items() if value}
    if code != "none":
        here.add(_CODE)
    return [one for one in backup.left_out if one not in here]


def code_in_force(backup: Backup, has_code: bool) -> str:
    """Which installer code: "of the file", "of the board" as before, "none". has_code: before."""
    blob = backup.secret.blobs.get(CODE_BLOB) if backup.secret else None
    if blob is None:
        return "of the board" if has_code else "none"
    return "of the file" if len(bytes.fromhex(blob)) > 1 else "none"  # one byte: it was removed


def without_secrets(values: dict) -> tuple[dict, dict]:
    """Settings, (what anybody may see, the rest): what is no setting of ours is a secret, too."""
    open_names = {field.key for field in fields()} - set(secret_settings())
    seen = {key: value for key, value in values.items() if key in open_names}
    return seen, {key: value for key, value in values.items() if key not in seen}


def parts(said: dict, of_flash: dict[str, bytes], has_keys: bool) -> tuple[Part, Part | None]:
    """(what anybody may see, keys) of what a meter says, and of files of its flash."""
    seen, secret = without_secrets(said["settings"])
    own = {name: data for name, data in of_flash.items() if name in KEY_FILES}
    rest = {name: data for name, data in of_flash.items() if name not in KEY_FILES}
    code = {key: blob for key, blob in said["blobs"].items() if key == CODE_BLOB}
    others = {key: blob for key, blob in said["blobs"].items() if key != CODE_BLOB}
    return Part(seen, rest, others), Part(secret, own, code) if has_keys else None


def _check(field: Field, value: object) -> None:
    if isinstance(field.default, str):
        size = len(value.encode()) if isinstance(value, str) else -1
    else:
        size = value if type(value) is int else field.lowest - 1
    if not field.lowest <= size <= field.highest:
        raise BackupError(f"it sets {field.key} to {value!r}, which no meter takes")


def _ledger(ours: bytes, there: bytes) -> bytes:
    """The sums of the one, and what of the other's own counts is in its sums."""
    plain = _unsealed(ours, _LEDGER.size)
    own = _unsealed(there, _LEDGER.size) or bytes(_LEDGER.size)
    if plain is None:
        return ours  # damaged, as it was
    values = list(_LEDGER.unpack(own))
    values[_SUMS] = _LEDGER.unpack(plain)[_SUMS]
    return _sealed(_LEDGER.pack(*values))


def _filter(blob: bytes, more_ml: int) -> bytes:
    """It came when the odometer stood higher by so much."""
    plain = _unsealed(blob)
    if plain is None or not more_ml:
        return blob
    (began_ml,) = _BEGAN.unpack_from(plain)
    return _sealed(_BEGAN.pack(began_ml + more_ml) + plain[_BEGAN.size :])


def _sealed(content: bytes) -> bytes:
    return content + _SEAL.pack(zlib.crc32(content))


def _unsealed(sealed: bytes, size: int | None = None) -> bytes | None:
    content = sealed[: -_SEAL.size]
    is_whole = bool(content) and sealed == _sealed(content)
    return content if is_whole and size in (None, len(content)) else None
