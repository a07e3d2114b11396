"""Promise: a program of somebody else is not taken for ours on a board, nor ours for theirs."""

import pytest

from rill.cable.found import Found, Refused, check, described
from rill.image import ROOT

_BOOT, _MAIN = ((ROOT / name).read_bytes() for name in ("boot.py", "main.py"))
_POINTER = b"from firmware.boards import generic_esp32 as board\n"
_NEW = b"# This file is executed on every boot\n#import esp\n#esp.osdebug(None)\n"
_PUMP = b'import time, json\ncfg = json.load(open("config.json"))\nwhile True: time.sleep(1)\n'


def _found(names="", place=None, whole=None, boot=_NEW, main=None, pointer=None):
    scripts = {"boot.py": boot, "main.py": main, "board.py": pointer}
    there = [name for name, script in scripts.items() if script is not None]
    return Found(
        "esp32", "micropython", (1, 28, 0), "Generic ESP32 module with ESP32",
        (*names.split(), *there), place, {"a": whole, "b": None}, boot, main, pointer,
        4096, 300, 200, None,
    )  # fmt: skip


def _meter(**changes):
    of_meter = {"names": "a place trial.mpy config.json", "place": "a", "whole": "0.1.0 1"}
    of_meter |= {"boot": _BOOT, "main": _MAIN, "pointer": _POINTER}
    return _found(**(of_meter | changes))


@pytest.mark.parametrize(
    "found, others",
    [
        (_found(boot=None), ()),
        (_found(), ()),
        (_found(main=b"\n# nothing yet\n"), ()),
        (_meter(), ()),
        (_meter(main=b""), ()),
        (_meter(main=_MAIN[:200]), ()),  # interrupted
        (_meter(boot=_BOOT[:12], main=_MAIN[:-12]), ()),
        (_found("a", pointer=_POINTER), ()),  # interrupted
        (_found("a trial.mpy config.json command.key lib"), ()),
        (_found(boot=_PUMP), ("boot.py",)),
        (_found("config.json", boot=_PUMP), ("boot.py", "config.json")),
        (_found("config.json"), ("config.json",)),
        (_found("lib"), ("lib",)),
        (_found("a pump.py"), ("pump.py",)),
        (_found(main=b"import pump\n"), ("main.py",)),
        (_meter(boot=_PUMP), ("boot.py",)),
        (_meter(main=b"\xff\x00"), ("main.py",)),
    ],
)
def test_whose_it_is(found, others):
    assert found.others == others
    if others:
        with pytest.raises(Refused, match=f"another program .*{others[0]}.* --force"):
            check(found)
    else:
        check(found)
    check(found, force=True)


def test_another_program_is_described_by_its_first_line():
    assert described(_found("x.py", boot=_PUMP)).endswith("boot.py begins 'import time, json'")


def test_what_a_meter_lacks():
    assert _meter().lacks == ()
    assert _meter(main=None).lacks == ("main.py",)
    assert _meter(boot=_BOOT[:12], main=_MAIN[:200]).lacks == ("boot.py", "main.py")
    assert _meter(boot=_NEW, main=b"").lacks == ("boot.py", "main.py")
    root = {"names": "firmware firmware.bundle", "place": None, "whole": None}
    assert _meter(**root, boot=_NEW).lacks == ()  # boot.py has nothing to find then


@pytest.mark.parametrize(
    "pointer, fault",
    [
        (None, ""),
        (_POINTER, ""),
        (b"class Mine:\n    LED_PIN = 2\n\n\nboard = Mine\n", ""),
        (b"board = 1\n" + b"# a long one, of somebody's own\n" * 40 + b"def (", ""),
        (b"def (\n", "board.py is damaged"),
        (b"", "board.py has no board in it"),
        (b"from firmware.boards import gone as board\n", "board.py names gone, which is no board"),
        (b"from firmware.boards.gone import x as board\n", "board.py names gone, which"),
    ],
)
def test_board_files(pointer, fault):
    found = _meter(pointer=pointer[:800] if pointer else pointer).board_fault
    assert found.startswith(fault) and bool(found) == bool(fault)
