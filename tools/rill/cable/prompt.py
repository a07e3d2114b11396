"""What can be done at a board's prompt: values, files and their hashes, all by running code."""

import base64
from ast import literal_eval
from collections.abc import Callable

_CHUNK_BYTES = 1536  # 2 KiB as base64: what the board parses at once
_FILES_AT_ONCE = 16
_HASH = """
def _hash(path):
    from hashlib import sha256
    h, b = sha256(), bytearray(512)
    try:
        with open(path, "rb") as f:
            while n := f.readinto(b):
                h.update(memoryview(b)[:n])
    except OSError:
        return None
    return h.digest().hex()
"""


class PortError(Exception):
    """What is wrong with the port or what is behind it, as one sentence."""


class DeviceError(PortError):
    """What was run on the board raised an exception; traceback is the board's."""

    def __init__(self, traceback: str):
        lines = traceback.strip().splitlines()
        super().__init__(f"the board answered with an error: {lines[-1] if lines else 'nothing'}")
        self.traceback = traceback


class Prompt:
    """exec() is what a subclass brings."""

    _defined = ""

    def exec(self, code: str, timeout_s: float = 10.0, hear: Callable | None = None) -> str:
        """Run code on the board; what it printed. hear(bytes): as it comes.

        timeout_s: the longest silence. Raises DeviceError, and what else may happen on the way.
        """
        raise NotImplementedError

    def forget(self) -> None:
        """The interpreter is a fresh one: it knows nothing of before."""
        self._defined = ""

    def value(self, expression: str, timeout_s: float = 10.0):
        """Of an expression: numbers, texts, bytes, lists and the like."""
        text = self.exec(f"print(repr({expression}))", timeout_s).strip()
        try:
            return literal_eval(text)
        except (ValueError, SyntaxError) as error:
            raise DeviceError(f"not a value: {text[:80]!r}") from error

    def put(self, path: str, data: bytes, progress: Callable[[int], None] | None = None) -> None:
        """Write a file; progress gets the bytes of each piece."""
        self.exec(f"from binascii import a2b_base64 as _a\n_f = open({path!r}, 'wb')")
        for start in range(0, len(data), _CHUNK_BYTES):
            piece = data[start : start + _CHUNK_BYTES]
            self.exec(f"_f.write(_a({base64.b64encode(piece)!r})) and None")
            if progress:
                progress(len(piece))
        self.exec("_f.close()")

    def get(self, path: str) -> bytes:
        """A file. Raises DeviceError when it can't be read."""
        self.exec(f"from binascii import b2a_base64 as _b\n_f = open({path!r}, 'rb')")
        data = bytearray()
        while piece := self.value(f"_b(_f.read({_CHUNK_BYTES}))").strip():
            data += base64.b64decode(piece)
        self.exec("_f.close()")
        return bytes(data)

    def hashes(self, paths: list[str]) -> list[str | None]:
        """SHA-256 in hex of files; None of one that can't be read."""
        self.define(_HASH)
        found: list[str | None] = []
        for start in range(0, len(paths), _FILES_AT_ONCE):
            some = paths[start : start + _FILES_AT_ONCE]
            found += self.value(f"[_hash(p) for p in {some!r}]", timeout_s=20.0)
        return found

    def define(self, code: str) -> None:
        """Functions that what follows uses; sent once."""
        if code not in self._defined:
            self.exec(code)
            self._defined += code
