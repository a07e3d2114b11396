"""The passphrase of a backup's keys, and the installer code of a meter: never on the command line,
where others may read it.
"""

import sys
from getpass import getpass
from pathlib import Path

_LEAST = 8
_PASSPHRASE = ("passphrase", "--passphrase-file")
_CODE = ("installer code", "--code-file")


class PassphraseError(Exception):
    """There is none that would do, as one sentence; nothing was changed."""


def add_option(parser) -> None:
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE",
        help="its first line is the passphrase (default: asked for)")  # fmt: skip


def add_code_option(parser) -> None:
    parser.add_argument("--code-file", type=Path, metavar="FILE",
        help="its first line is the installer code of the board (default: asked for)")  # fmt: skip


def new_passphrase(file: Path | None) -> str:
    """For what is sealed with it now. Raises PassphraseError."""
    found = _given(file, "Passphrase for the keys: ", *_PASSPHRASE)
    if len(found) < _LEAST:
        raise PassphraseError(f"a passphrase has {_LEAST} characters or more")
    if not file and _given(None, "Once more: ", *_PASSPHRASE) != found:
        raise PassphraseError("these were two passphrases: nothing was written")
    return found


def known_passphrase(file: Path | None) -> str:
    """Of what was sealed with it. Raises PassphraseError."""
    return _given(file, "Passphrase of the keys: ", *_PASSPHRASE)


def installer_code(file: Path | None) -> str:
    """That is in force on the board. Raises PassphraseError."""
    return _given(file, "Installer code of this board: ", *_CODE)


def _given(file: Path | None, question: str, what: str, option: str) -> str:
    """The first line of the file, or what somebody answers."""
    if file is None:
        if not sys.stdin.isatty():
            raise PassphraseError(f"the {what} is needed, and nobody to ask: {option} FILE")
        return getpass(question)
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PassphraseError(f"the {what} in {file} can't be read: {error}") from error
    return lines[0] if lines else ""
