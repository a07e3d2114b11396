"""The file of `rill backup`: what makes a meter the one that it is. Its format: docs/cable.md.

JSON, with a digest over all of it. Keys are in it only sealed by a passphrase (scrypt and
AES-256-GCM), which also proves that what is not sealed is what it was sealed with.
"""

import base64
import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from rill.fields import kept_blobs

FORMAT = 1
OPEN_FILES = ("board.py", "broker.der")
KEY_FILES = ("command.key", "client.key", "client.der")
CODE_BLOB = "installer1"
_FORMAT, _DIGEST, _KEYS = "rill_backup", "sha256", "keys"
_COST = {"n": 1 << 16, "r": 8, "p": 1}  # 64 MiB, some tenths of a second
_MOST_COST = {"n": 1 << 18, "r": 8, "p": 4}  # what a file may ask of this laptop
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
_MOST_BYTES = 1 << 20
_PART_MISSING = "it is no backup of a meter: a part of it is missing"
_HEX = re.compile(r"(?:[0-9a-f]{2})*")
# As a meter keeps them: docs/record-format.md. One that counts 2**62 mL does not exist.
_RANGES = {
    "odometer_ml": (0, 1 << 62),
    "offset_ml": (-(1 << 62), 1 << 62),
    "command_counter": (0, (1 << 32) - 1),
}


class BackupError(Exception):
    """The file can't be used, as one sentence; nothing was changed."""


@dataclass
class Part:
    """settings: of config.json. files: of the flash. blobs: of non-volatile storage, in hex."""

    settings: dict = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    blobs: dict[str, str] = field(default_factory=dict)

    def plain(self) -> dict:
        files = {name: base64.b64encode(data).decode() for name, data in self.files.items()}
        return {**asdict(self), "files": files}

    @classmethod
    def of(cls, found: dict, files_known: Iterable[str], blobs_known: Iterable[str]) -> "Part":
        """What plain() has made, of these files and blobs and no others. Raises BackupError."""
        try:
            settings, blobs = dict(found["settings"]), dict(found["blobs"])
            files = {
                str(name): base64.b64decode(text, validate=True)
                for name, text in dict(found["files"]).items()
            }
            _must(all(isinstance(b, str) and _HEX.fullmatch(b) for b in blobs.values()))
        except (KeyError, TypeError, ValueError) as error:
            raise BackupError(_PART_MISSING) from error
        for name in (*(files.keys() - set(files_known)), *(blobs.keys() - set(blobs_known))):
            raise BackupError(f"it would write {name!r}, which no backup of this version has")
        return cls(settings, files, blobs)


@dataclass
class Backup:
    """meter: what it was and what it had counted. commanded: settings that commands have made.

    left_out: what was set on the meter and is not in the file. secret: None without keys.
    """

    made_by: str
    made_s: int
    meter: dict
    open: Part
    commanded: dict
    left_out: list[str]
    secret: Part | None = None


def packed(backup: Backup, passphrase: str | None) -> bytes:
    """What stands in the file. passphrase: for the secret part, when there is one."""
    document = {
        _FORMAT: FORMAT,
        "made_by": backup.made_by,
        "made_s": backup.made_s,
        "meter": backup.meter,
        "commanded": backup.commanded,
        "left_out": backup.left_out,
        "open": backup.open.plain(),
    }
    sealed = None
    if backup.secret is not None:
        assert passphrase
        sealed = _sealed(backup.secret, passphrase, _canonical(document))
    document[_KEYS] = sealed
    document[_DIGEST] = hashlib.sha256(_canonical(document)).hexdigest()
    return json.dumps(document, indent=1).encode() + b"\n"


def write(path: Path, content: bytes) -> None:
    """For its owner only; whole or not at all. Raises BackupError."""
    new = path.with_name(path.name + ".new")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise BackupError(f"{path} can't be written: {error.strerror}") from error


def read(path: Path) -> dict:
    """The document in a file, whole and of a version that is known. Raises BackupError."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        document = json.loads(content) if len(content) <= _MOST_BYTES else None
    except OSError as error:
        raise BackupError(f"{path} can't be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise BackupError(f"{path} is damaged, or no backup of a meter") from error
    if not isinstance(document, dict) or type(document.get(_FORMAT)) is not int:
        raise BackupError(f"{path} is no backup of a meter")
    if document[_FORMAT] > FORMAT:
        raise BackupError(
            f"{path} has format {document[_FORMAT]}, of rill {document.get('made_by')}, and this"
            f" one knows {FORMAT}: take that version or a newer one"
        )
    told = document.pop(_DIGEST, None)
    if told != hashlib.sha256(_canonical(document)).hexdigest():
        raise BackupError(f"{path} is damaged: it does not match its digest")
    return {**document, _DIGEST: told}


def digest(document: dict) -> str:
    return document[_DIGEST]


def has_keys(document: dict) -> bool:
    return document.get(_KEYS) is not None


def unpacked(document: dict, passphrase: str | None) -> Backup:
    """Of read(). Raises BackupError, also when the passphrase is wrong."""
    try:
        meter, made_s = document["meter"], document["made_s"]
        for name, (lowest, highest) in _RANGES.items():
            _must(type(meter[name]) is int)
            if not lowest <= meter[name] <= highest:
                raise BackupError(f"its {name} is {meter[name]}, which no meter has counted")
        _must(all(isinstance(meter[name], str) for name in ("name", "chip", "journal")))
        found = Backup(
            document["made_by"], made_s, meter,
            Part.of(document["open"], OPEN_FILES, kept_blobs()),
            dict(document["commanded"]), list(document["left_out"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise BackupError(_PART_MISSING) from error
    if has_keys(document):
        assert passphrase is not None
        rest = {key: one for key, one in document.items() if key not in (_KEYS, _DIGEST)}
        found.secret = _opened(document[_KEYS], passphrase, _canonical(rest))
    return found


def _sealed(secret: Part, passphrase: str, about: bytes) -> dict:
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    text = json.dumps(secret.plain()).encode()
    key = Scrypt(salt, _KEY_BYTES, **_COST).derive(passphrase.encode())
    return {
        "kdf": "scrypt", **_COST, "salt": salt.hex(), "cipher": "AES-256-GCM",
        "nonce": nonce.hex(), "sealed": AESGCM(key).encrypt(nonce, text, about).hex(),
    }  # fmt: skip


def _opened(keys: dict, passphrase: str, about: bytes) -> Part:
    try:
        if keys["kdf"] != "scrypt" or keys["cipher"] != "AES-256-GCM":
            raise BackupError(f"its keys are sealed by {keys['kdf']} and {keys['cipher']}, which "
                              "this version does not know")  # fmt: skip
        cost = {name: keys[name] for name in _COST}
        _must(all(type(n) is int and n > 0 for n in cost.values()))
        if any(cost[name] > most for name, most in _MOST_COST.items()):
            raise BackupError("its keys would take more memory or time than this version gives")
        salt, nonce, sealed = (bytes.fromhex(keys[name]) for name in ("salt", "nonce", "sealed"))
        key = Scrypt(salt, _KEY_BYTES, **cost).derive(passphrase.encode())
        found = json.loads(AESGCM(key).decrypt(nonce, sealed, about))
        return Part.of(found, KEY_FILES, (CODE_BLOB,))
    except InvalidTag as error:
        raise BackupError("that is not the passphrase that its keys were sealed with") from error
    except (KeyError, TypeError, ValueError) as error:
        raise BackupError(_PART_MISSING) from error


def _must(is_so: bool) -> None:
    if not is_so:
        raise ValueError


def _canonical(document: dict) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
