"""Promise: what the documents say is what the code does."""

import json
import re
import shlex

import pytest

from rill.cli import parser
from rill.fields import fields
from rill.image import ROOT


def test_the_configuration_table_is_the_firmwares():
    text = (ROOT / "docs" / "configuration.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \| (-?\d+) \| (\d+) \|", text, re.M)
    documented = [(k, json.loads(d.strip("`")), int(low), int(high)) for k, d, low, high in rows]
    assert documented == [tuple(field) for field in fields()]


def test_the_example_configuration_names_every_field():
    values = json.loads((ROOT / "config.example.json").read_text())
    assert list(values) == [field[0] for field in fields()]


_COMMANDS = re.findall(
    r"^\.venv/bin/rill (.*?)(?:\s+#.*)?$", (ROOT / "README.md").read_text(), re.M
)


@pytest.mark.parametrize("command", _COMMANDS)
def test_a_command_of_the_readme_is_one(command):
    options = parser().parse_args(shlex.split(command))
    assert callable(options.command)


def test_the_readme_has_commands_and_is_short():
    assert len(_COMMANDS) >= 3
    assert len((ROOT / "README.md").read_text().splitlines()) < 150


def test_firmware_and_tools_have_one_version():
    firmware = re.search(r'VERSION = "(.*)"', (ROOT / "firmware" / "version.py").read_text())
    assert f'version = "{firmware[1]}"' in (ROOT / "pyproject.toml").read_text()


def test_every_make_target_of_the_readme_exists():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"\bmake (\w+)", (ROOT / "README.md").read_text()):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_every_link_of_the_documents_leads_somewhere():
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / link).exists(), f"{path.name}: {link}"
