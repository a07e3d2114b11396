"""Promise: dialogues of modems are read as people read them, however their bytes arrive."""

import pytest

import garbled
from heard import OWN, differences, expected, heard
from rill.image import ROOT


@pytest.fixture(scope="module")
def read():
    """What the firmware makes of our own dialogues."""
    texts = [path.read_text() for path in OWN]
    found = heard(texts)
    return {path.stem: (texts[n], found[n]) for n, path in enumerate(OWN)}


@pytest.mark.parametrize("name", [path.stem for path in OWN])
def test_a_dialogue_of_our_own(read, name):
    assert differences(*read[name]) == []


def test_the_example_of_the_documents():
    text = (ROOT / "docs" / "modem.md").read_text()
    example = text.split("```\n")[1]
    assert differences(example, *heard([example])) == []
    assert len(expected(example)) == 2


def test_recorded_dialogues(transcripts):
    paths = sorted(transcripts.glob("*.at"))
    texts = [path.read_text() for path in paths]
    for path, text, found in zip(paths, texts, heard(texts), strict=True):
        assert differences(text, found) == [], path.name
    assert len(paths) >= 29


def test_300_garbled_dialogues():
    garbled.check(range(10_000, 10_300))
