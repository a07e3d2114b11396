"""Promise: whatever a meter may say to a technician has a line in the field guide: what to do."""

import ast
import re

import pytest

from rill.fields import alarm_kinds, codes, commands, lamp_codes, remarks
from rill.image import ROOT

_GUIDE = (ROOT / "docs" / "field-guide.md").read_text()


def _plain(text: str) -> str:
    """Without what the meter puts in."""
    return re.sub(r"%\(\w+\)s", "...", text).replace("%d", "N").replace("%%", "%")


_EVENTS = codes("core/event.py") | codes("core/power_event.py")


def _events():
    for name, (says, remedy) in remarks("service/event_sentences.py").items():
        yield f"| {_EVENTS[name]} | {_plain(says)} | {remedy or 'nothing'} |"


def _faults():
    numbers, sentences = codes("core/fault.py"), remarks("service/link_faults.py")
    for name in sorted(numbers, key=lambda one: numbers[one]):
        yield f"| {numbers[name]} | {_plain(str(sentences[name]))} |"


def _alarms():
    table = remarks("service/alarm_sentences.py")
    for n, kind in enumerate(alarm_kinds()):
        says = table[kind]
        yield f"| {10 * (n + 1)} | `{kind}` | {says[0][0]} | {says[-1][1]} |"


def _lamp():
    for n, says in enumerate(lamp_codes()):
        yield f"| {n or 'one long'} | {says} |"


@pytest.mark.parametrize("row", [*_events(), *_faults(), *_alarms(), *_lamp()])
def test_what_the_firmware_says_stands_in_the_guide(row):
    assert row in _GUIDE.splitlines()


def test_each_event_and_fault_has_a_sentence():
    reasons = ("POWER_ON", "RESET", "WATCHDOG", "BROWN_OUT")
    assert set(remarks("service/event_sentences.py")) == set(_EVENTS) - set(reasons)
    assert set(remarks("service/link_faults.py")) == set(codes("core/fault.py"))
    assert set(remarks("service/alarm_sentences.py")) == set(alarm_kinds())


@pytest.mark.parametrize(
    ("file", "page", "leave_out"),
    [
        ("core/refusal.py", "field-guide.md", ()),
        ("core/record.py", "field-guide.md", ("NOT_KNOWN_S",)),
        ("core/quality.py", "quality.md", ("REJECTED",)),
    ],
)
def test_each_code_has_a_line(file, page, leave_out):
    text = (ROOT / "docs" / page).read_text()
    for name, number in codes(file).items():
        if name not in leave_out:
            assert re.search(rf"^\| {number} \| `{name.lower()}` \| .{{4}}", text, re.M), name


def test_each_error_has_a_line():
    tree = ast.parse((ROOT / "firmware" / "core" / "errors.py").read_text())
    names = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    assert len(names) >= 7
    for name in names:
        assert re.search(rf"^\| `{name}` \| .{{4}}", _GUIDE, re.M), name


def test_every_command_of_the_prompt_is_in_the_guide():
    for name in commands():
        assert f"`meter.{name}(" in _GUIDE, name


def test_no_event_has_a_code_that_only_one_file_knows():
    for path in (ROOT / "firmware").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("note"):
                assert not re.match(r"_[A-Z]|\d", ast.unparse(node.args[0])), path.name
