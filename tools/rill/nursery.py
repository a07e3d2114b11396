"""Interpreters that begin as a copy of one that has begun: a wake is a new process, and of its
time a third went into the start of the Python around the interpreter (tools/rill/newborn.py).
"""

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from rill.interpreter import micropython_folder

_SERVER = Path(__file__).with_name("newborn.py")


class Nursery:
    """One for each process: of()."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._line, theirs = socket.socketpair()
        chosen = os.environ.get("MICROPYTHON")
        source = ["", chosen] if chosen else [str(micropython_folder())]
        self._server = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_SERVER), str(theirs.fileno()), *source],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C at our terminal is ours to handle
        )
        theirs.close()
        self._answers = self._line.makefile("rb")
        atexit.register(self.close)

    def begin(self, arguments: list[str], cwd: Path, descriptors: list[int]) -> int:
        """A new interpreter's process; it has the descriptors as 1, 2, 3 and so on."""
        return self._ask({"arguments": arguments, "cwd": str(cwd)}, descriptors)

    def end(self, process: int, is_killed: bool = True) -> int:
        """Its exit status, negative for a signal, after it was killed or ended by itself."""
        return self._ask({"end": process, "is_killed": is_killed}, [])

    def close(self) -> None:
        if os.getpid() == self._owner:
            self._line.close()
            self._answers.close()
            self._server.wait()

    def _ask(self, request: dict, descriptors: list[int]) -> int:
        with self._lock:
            text = json.dumps(request).encode() + b"\n"
            sent = socket.send_fds(self._line, [text], descriptors)
            self._line.sendall(text[sent:])
            return int(self._answers.readline())


_nurseries: dict[int, Nursery] = {}


def nursery() -> Nursery:
    """That of this process; a forked one has its own."""
    here = os.getpid()
    if here not in _nurseries:
        _nurseries.clear()
        _nurseries[here] = Nursery()
    return _nurseries[here]
