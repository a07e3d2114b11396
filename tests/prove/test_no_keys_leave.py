"""Promise: no key, password or installer code is in anything that a meter says at the cable, or
that `rill` makes of it; with --with-keys they are in one file, sealed.
"""

import base64
import hashlib
import json

import pytest

from replaced import CODE, KEY, PRIVATE, SECRETS, asked, old_meter, rill_at
from spelled import spellings

pytestmark = pytest.mark.prove
_SAYS = """
_m.status()
_m.config()
_m.config("password")
_m.config("broker")
_m.events(60)
_m.export(days=31)
_m.read()
_m.energy()
_m.help()
print(repr(_m))
from firmware.console.laptop import belongings, identity
identity()
belongings(False)
"""


def _secrets(board):
    """All that must not be seen; of the installer code what is kept, too: it would be found."""
    nvs = json.loads((board.folder / "retained.nvs").read_text())
    kept = next(bytes.fromhex(blob) for key, blob in nvs.items() if key.endswith("installer1"))
    assert hashlib.sha256(kept[:8] + CODE.encode()).digest() == kept[8:]
    texts = (*SECRETS.values(), CODE, KEY)
    return [*(text.encode() for text in texts), bytes.fromhex(KEY), PRIVATE, kept[:8], kept[8:]]


def test_of_nothing_that_is_shown_or_written(tmp_path, rill):
    made = tmp_path / "made"
    made.mkdir()
    phrase = tmp_path / "phrase"
    phrase.write_text("correct horse\n")
    code = tmp_path / "code"
    code.write_text(f"{CODE}\n")
    said = []
    with old_meter(tmp_path / "old") as board:
        secrets = _secrets(board)
        with asked(board) as port:
            said.append(port.exec("from firmware.console.start import run\n_m = run()\n", 60))
            said += [port.exec(f"{line}\n", 60) for line in _SAYS.strip().splitlines()]
        for words in (
            ["pull", board.path, "--to", str(made)],
            ["pull", board.path, "--db", str(made / "rill.db"), "--json"],
            ["backup", board.path, "--to", str(made / "plain")],
            ["backup", board.path, "--to", str(made / "sealed"), "--with-keys",
             "--passphrase-file", str(phrase), "--json"],
            ["status", board.path],
            ["status", board.path, "--json"],
            ["restore", str(made / "sealed"), board.path, "--passphrase-file", str(phrase),
             "--force", "--code-file", str(code)],
            ["provision", board.path, "--device", "m-0001", "--keys", str(tmp_path / "keys"),
             "--labels", str(made), "--force", "--json"],
        ):  # fmt: skip
            assert board.wait_asleep()
            status, shown = rill_at(board, rill, *words)
            assert status == (words[0] == "status"), shown  # no broker is there
            said.append(str(shown))
    files = [path for path in made.iterdir() if path.is_file()]
    assert {path.suffix for path in files} >= {".csv", ".db", ".svg", ".txt", ""}
    new_key = (tmp_path / "keys").read_text().split()[-1]
    for secret in [*secrets, new_key.encode(), bytes.fromhex(new_key)]:
        for spelled in spellings(secret):
            assert not [one for one in said if spelled in one.encode()], spelled
            assert not [path for path in files if spelled in path.read_bytes()], spelled


def test_what_is_looked_for_would_be_found():
    secret = bytes(range(40, 60))
    for text in (repr(b"ab" + secret), "x" + secret.hex()):
        assert [one for one in spellings(secret) if one in text.encode()]
    for ahead in range(7):
        text = base64.b64encode(b"a" * ahead + secret + b"end")
        assert [one for one in spellings(secret) if one in text], ahead
