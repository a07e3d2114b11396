"""A simulated modem on a pseudo-terminal, in real time, for drivers of any kind."""

import os
import select
import socket
import sys
import time
import tty
from contextlib import suppress

from rill.modem.faults import Faults
from rill.modem.models import FAMILY_MODELS, MODELS
from rill.modem.modem import Modem

_POLL_S = 0.005
_IDLE_S = 0.02
_CHUNK_BYTES = 4096
_PTY_BYTES = 1 << 20
_KEY_S = 1.5


class ServeError(Exception):
    """What was asked for can't be served: one sentence."""


def model_named(family: str | None, model: str | None) -> str:
    """The model's name; the family alone means its usual one."""
    if model is None and family is None:
        raise ServeError("say which modem: --family or --model, or rill modem replay FILE")
    chosen = model or FAMILY_MODELS[family or ""]
    if family and MODELS[chosen].family != family:
        raise ServeError(f"{chosen} is of the family {MODELS[chosen].family}, not {family}")
    return chosen


def address(text: str) -> tuple[str, int]:
    """Of HOST:PORT."""
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ServeError(f"{text!r} is not HOST:PORT, like 127.0.0.1:1883")
    return host, int(port)


def serve(model: str, faults: tuple[str, ...], seed: int, to: tuple[str, int] | None) -> None:
    """Print the path to connect to, and be a modem there until interrupted.

    to: where every connection goes; None: where it is asked to. The power key is pressed once,
    at the beginning. Its speed is whatever the host's is: a pseudo-terminal has none.
    """

    def peer(host: str, port: int) -> tuple[str, int] | None:
        if to:
            return to
        with suppress(OSError, UnicodeError):
            return socket.gethostbyname(host), port
        return None

    began = time.monotonic()

    def now_us() -> int:
        return int((time.monotonic() - began) * 1e6)

    modem = Modem(
        model,
        seed=seed,
        faults=Faults(faults, seed, 1 << 62) if faults else Faults((), seed, 0),
        peer=peer,
        began_s=int(time.time()),
    )
    modem.wire.host_buffer = _PTY_BYTES
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    print(os.ttyname(theirs), flush=True)
    print("a modem is there; Ctrl-C ends it", file=sys.stderr)
    try:
        if modem.model.key_on_ms:
            modem.pin("key", 1, now_us())
        while True:
            if now_us() > _KEY_S * 1e6:
                modem.pin("key", 0, now_us())
            modem.open(modem.wire.baud, now_us())
            waiting = modem.any(now_us())
            if waiting:
                os.write(ours, modem.read(min(waiting, _CHUNK_BYTES), now_us()))
            if select.select([ours], (), (), _POLL_S if waiting else _IDLE_S)[0]:
                modem.write(os.read(ours, _CHUNK_BYTES), now_us())
    finally:
        os.close(ours)
        os.close(theirs)
