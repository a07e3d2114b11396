"""A board's prompt, also that of a meter that sleeps: its button wakes it."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from rill.cable.finding import find
from rill.cable.port import RESET, Port, Unplugged
from rill.cable.prompt import PortError

_FIRST_S = 3.0
_KEY_S = 0.1
_PATIENCE_S = 60.0
_STOP = b"\x03\x02"  # Ctrl-C, and Ctrl-B: a raw prompt, where some tool has left it, shows nothing
PROMPT = b">>> "


def reached(named: str | None, tell: Callable[[str], None] | None = None, again: str = "") -> Port:
    """An open port, at the prompt. named: None, the only one. tell: what the person has to do.
    again: as in resetting().

    Raises PortError; NoPrompt after a minute of silence.
    """
    with ExitStack() as stack:
        port = stack.enter_context(Port(find(named)))
        stack.enter_context(_unplugged(again))
        enter(port, tell or _tell)
        stack.pop_all()  # it stays open
    return port


def enter(port: Port, tell: Callable[[str], None], patience_s: float = _PATIENCE_S) -> None:
    """Get the prompt; when nothing answers, ask for the button and try until it is pressed."""
    if not storm(port, _FIRST_S).endswith(PROMPT):
        tell(
            f"no prompt answers at {port.path}. If a meter sleeps there, press its button BOOT now"
            f" (for {patience_s:.0f} s)"
        )
        storm(port, patience_s)
    port.enter()


def storm(port: Port, patience_s: float) -> bytes:
    """What comes while Ctrl-C is pressed again and again, until there is a prompt: a wake may
    last some tenths of a second. Twice the patience for what speaks, as a meter that opens its
    prompt.
    """
    heard, began_s = b"", time.monotonic()
    while time.monotonic() - began_s < patience_s * (2 if heard else 1):
        port.send(_STOP)
        heard += port.hear(_KEY_S)
        if heard.endswith(PROMPT):
            break
    return heard


@contextmanager
def resetting(port: Port, again: str) -> Iterator[None]:
    """What is done in it, whatever comes of it, ends with a reset: the meter goes on.

    again: what to do when its cable was pulled.
    """
    with _unplugged(again):
        try:
            yield
        except Unplugged:
            raise
        except BaseException:
            let_go(port)
            raise
    port.leave(RESET)


@contextmanager
def _unplugged(again: str) -> Iterator[None]:
    try:
        yield
    except Unplugged as error:
        raise Unplugged(f"{error} {again}".rstrip()) from error


def let_go(port: Port) -> None:
    """What has begun is left as it is, in the middle of an answer, perhaps; the meter goes on."""
    try:
        port.enter()
        port.leave(RESET)
    except PortError as error:
        _tell(str(error))


def _tell(text: str) -> None:
    print(f"rill: {text}", file=sys.stderr, flush=True)
