"""What a meter's firmware says on its serial port, so that its lines are known for its own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from rill.image import ROOT

_FORMAT = re.compile(r"%[-0-9.]*[sdrx]")
_LEAST_LETTERS = 12  # of a line that nobody else prints


def of_meter(heard: bytes) -> str:
    """The last line in it that is the firmware's; "" when none is."""
    lines = [line.strip() for line in heard.decode(errors="replace").splitlines()]
    patterns = _patterns()
    ours = [line for line in lines if any(one.fullmatch(line) for one in patterns)]
    return ours[-1][:100] if ours else ""


def _patterns() -> list[re.Pattern[str]]:
    """Of each text that the source prints."""
    paths = [ROOT / "boot.py", ROOT / "trial.py", *sorted((ROOT / "firmware").rglob("*.py"))]
    return [pattern for path in paths for pattern in _printed(path)]


def _printed(path: Path) -> Iterator[re.Pattern[str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print" and node.args:
            text = node.args[0]
            if isinstance(text, ast.BinOp):
                text = text.left
            if not isinstance(text, ast.Constant) or not isinstance(text.value, str):
                continue
            parts = _FORMAT.split(text.value.strip())
            if sum(map(len, parts)) >= _LEAST_LETTERS:
                yield re.compile(".*".join(map(re.escape, parts)))
