"""A PostgreSQL server of our own in a temporary directory, for tests and `make bench`."""

import getpass
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from rill.collect.database import StoreError, open_database

_START_TIMEOUT_S = 30.0
_DEBIAN = "/usr/lib/postgresql"  # /VERSION/bin
_USER = "postgres"  # of Debian's package: as root it refuses to run

# The server's parent: it ends the server when its standard input closes, which happens however
# we end, even by SIGKILL; then nothing of it is left.
_KEEPER_PROGRAM = """\
import os, shutil, signal, subprocess, sys, threading

def end_with_parent():
    os.read(0, 1)
    server.send_signal(signal.SIGQUIT)

user, folder, *command = sys.argv[1:]
server = subprocess.Popen(
    command, stdin=subprocess.DEVNULL, user=user or None, group=user or None,
    extra_groups=[] if user else None,
)
threading.Thread(target=end_with_parent, daemon=True).start()
code = server.wait()
shutil.rmtree(folder, ignore_errors=True)
os._exit(code & 0xFF)
"""


def find_postgresql() -> Path | None:
    """The directory of the newest server's programs; None when it is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = [path.parent for path in Path(_DEBIAN).glob("*/bin/initdb")]
    return max(folders, key=lambda path: float(path.parent.name), default=None)


class Server:
    """A running server; `address` is of its database. A context manager that ends it.

    It is reached by a socket in its directory, not from elsewhere. is_durable: what is committed
    survives a loss of power, as it should, but for tests. StoreError when it does not start.
    """

    def __init__(self, is_durable: bool = True):
        programs = find_postgresql()
        if programs is None:
            raise StoreError("PostgreSQL is not installed")
        self._user = _USER if os.geteuid() == 0 else ""
        self._folder = tempfile.mkdtemp(prefix="rill-postgresql-")
        if self._user:
            os.chown(self._folder, pwd.getpwnam(_USER).pw_uid, pwd.getpwnam(_USER).pw_gid)
        self._data = str(Path(self._folder, "data"))
        name = self._user or getpass.getuser()
        self.address = f"postgresql:///postgres?host={self._folder}&user={name}"
        initialise = [programs / "initdb", "-D", self._data, "-A", "trust", "-N", "-E", "UTF8",
                      "--locale=C"]  # fmt: skip
        more = {"user": self._user, "group": self._user, "extra_groups": []} if self._user else {}
        done = subprocess.run(
            initialise,
            capture_output=True,
            text=True,
            cwd=self._folder,
            env=_environment(),
            **more,
        )
        if done.returncode:
            shutil.rmtree(self._folder)
            raise StoreError(f"PostgreSQL did not start: {done.stderr.strip()}")
        command = [programs / "postgres", "-D", self._data, "-k", self._folder]
        for setting in ("listen_addresses=", f"fsync={'on' if is_durable else 'off'}"):
            command += ["-c", setting]
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _KEEPER_PROGRAM, self._user, self._folder, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env=_environment(),
            start_new_session=True,
        )
        self._wait_until_ready()

    def schema(self, name: str) -> str:
        """The address of an empty schema of this name, which is made: as good as a database."""
        database = open_database(self.address)
        database.run(f"CREATE SCHEMA {name}")
        database.close()
        return f"{self.address}&options=-csearch_path%3D{name}"

    def close(self) -> None:
        """End it and remove all that it had; may be called again."""
        if not self._process.stdin.closed:
            self._process.stdin.close()
            self._process.wait()

    def _wait_until_ready(self) -> None:
        deadline_s = time.monotonic() + _START_TIMEOUT_S
        while True:
            try:
                open_database(self.address).close()
                return
            except StoreError as error:
                if self._process.poll() is not None or time.monotonic() > deadline_s:
                    self.close()
                    raise StoreError(f"PostgreSQL did not start: {error}") from error
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()


def _environment() -> dict[str, str]:
    """Ours, without what would lead PostgreSQL elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
