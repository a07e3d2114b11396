"""Promise: imports point one way, as in docs/design.md; only hal knows the chip."""

import ast
from pathlib import Path

import pytest

from rill.image import ROOT

_CHIP = {"machine", "esp32", "network", "ntptime", "onewire", "ds18x20", "bluetooth", "_thread"}
_PURE = {"binascii", "collections", "hashlib", "math", "micropython", "struct"}
_ANY = None
# layer: layers of ours that it may import, other modules that it may import (_ANY: all but _CHIP)
_RULES = {
    "core": ({"core"}, _PURE),
    "boards": (set(), set()),
    "drivers": ({"core", "drivers"}, _ANY),
    "storage": ({"core", "storage"}, _ANY),
    "uplink": ({"core", "uplink"}, _ANY),
    "service": ({"core", "service"}, _ANY),
    "hal": ({"hal"}, _ANY),
}
_APP = ({"app", "hal", "boards", *_RULES}, _ANY)


def _layer(module: str) -> str:
    """firmware.core.volume -> core; firmware.cycle and other files at the top -> app."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in _RULES else "app"


def _imports(path: Path):
    """(line, module) for each import, wherever it stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # `from firmware import x` imports the module firmware.x
            names = [f"firmware.{a.name}" for a in node.names]
            found = (
                names if node.module == "firmware" else ["." * node.level + (node.module or "")]
            )
            yield from ((node.lineno, name) for name in found)


def violations(root: Path) -> list[str]:
    """Each import under root/firmware that the picture forbids, as file:line and module."""
    found = []
    for path in sorted((root / "firmware").rglob("*.py")):
        name = path.relative_to(root).with_suffix("").as_posix().replace("/", ".")
        own = _layer(name)
        layers, others = _RULES.get(own, _APP)
        for line, module in _imports(path):
            if module.startswith("firmware"):
                allowed = _layer(module) in layers
            elif module.startswith("."):
                allowed = False
            elif module in _CHIP:
                allowed = own == "hal"
            else:
                allowed = others is _ANY or module in others
            if not allowed:
                found.append(f"{path.relative_to(root)}:{line} imports {module}")
    return found


def test_the_firmware_imports_as_the_design_says():
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("core/volume.py", "import machine"),
        ("core/volume.py", "from firmware.uplink.rows import Rows"),
        ("core/volume.py", "import os"),
        ("core/volume.py", "from firmware import cycle"),
        ("core/volume.py", "from . import seal"),
        ("uplink/rows.py", "def f():\n    from firmware.storage.journal import Journal"),
        ("storage/journal.py", "from firmware.app import build"),
        ("drivers/battery.py", "from machine import ADC"),
        ("hal/clock.py", "from firmware.core.errors import MeterError"),
        ("cycle.py", "import esp32"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path, file, text):
    path = tmp_path / "firmware" / file
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert len(violations(tmp_path)) == 1


def test_nothing_of_the_tools_imports_the_firmware():
    for path in (ROOT / "tools").rglob("*.py"):
        if "board" not in path.parts:
            assert not [m for _, m in _imports(path) if m.split(".")[0] == "firmware"], path
