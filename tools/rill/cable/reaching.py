"""A board's prompt, also that of a meter that sleeps: its button wakes it."""

import sys
import time
from collections.abc import Callable

from rill.cable.finding import find
from rill.cable.port import NoPrompt, Port

_FIRST_S = 3.0
_TRY_S = 2.0
_PATIENCE_S = 60.0


def reached(named: str | None, tell: Callable[[str], None] | None = None) -> Port:
    """An open port, at the prompt. named: None, the only one. tell: what the person has to do.

    Raises PortError; NoPrompt after a minute of silence.
    """
    port = Port(find(named))
    try:
        enter(port, tell or _tell)
    except BaseException:
        port.close()
        raise
    return port


def enter(port: Port, tell: Callable[[str], None], patience_s: float = _PATIENCE_S) -> None:
    """Get the prompt; when nothing answers, ask for the button and try until it is pressed."""
    try:
        port.enter(wait_s=_FIRST_S)
        return
    except NoPrompt:
        tell(
            f"{port.path} is silent. If a meter sleeps there, press its button BOOT now"
            f" (for {patience_s:.0f} s)"
        )
    until_s = time.monotonic() + patience_s
    while True:
        try:
            port.enter(wait_s=_TRY_S)
            return
        except NoPrompt:
            if time.monotonic() > until_s:
                raise


def _tell(text: str) -> None:
    print(f"rill: {text}", file=sys.stderr, flush=True)
