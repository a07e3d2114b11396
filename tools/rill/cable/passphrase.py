"""The passphrase of a backup's keys: never on the command line, where others may read it."""

import sys
from getpass import getpass
from pathlib import Path

_LEAST = 8


class PassphraseError(Exception):
    """There is none that would do, as one sentence; nothing was changed."""


def add_option(parser) -> None:
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE",
        help="its first line is the passphrase (default: asked for)")  # fmt: skip


def new_passphrase(file: Path | None) -> str:
    """For what is sealed with it now. Raises PassphraseError."""
    found = _from(file) if file else _asked("Passphrase for the keys: ")
    if len(found) < _LEAST:
        raise PassphraseError(f"a passphrase has {_LEAST} characters or more")
    if not file and _asked("Once more: ") != found:
        raise PassphraseError("these were two passphrases: nothing was written")
    return found


def known_passphrase(file: Path | None) -> str:
    """Of what was sealed with it. Raises PassphraseError."""
    return _from(file) if file else _asked("Passphrase of the keys: ")


def _from(file: Path) -> str:
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PassphraseError(f"the passphrase in {file} can't be read: {error}") from error
    return lines[0] if lines else ""


def _asked(question: str) -> str:
    if not sys.stdin.isatty():
        raise PassphraseError("a passphrase is needed, and nobody to ask: --passphrase-file FILE")
    return getpass(question)
