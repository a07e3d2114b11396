"""Promise: whatever ends `rill deploy`, the meter boots, with its journal and its settings.

With the real mpremote at the simulated board: onto a blank one, an update, a reset at the boundary
of each file and at seeded acts of the flash, a version that does not work, and boards that it
refuses. Each act of the flash: test_deploy_acts.py.
"""

import json
import shutil
from dataclasses import replace
from random import Random

import pytest

from pressing import button_pressed
from rill.bundle import bundle
from rill.cable import deployment
from rill.cable.board_side import STAY
from rill.cable.deploy_command import NotTried, deploy
from rill.cable.files import get
from rill.cable.found import Refused
from rill.cable.port import Port, Unplugged
from rill.cable.reaching import enter
from rill.cable.served import ServedBoard
from rill.image import BUNDLE, ROOT, build, build_trial, compile_file

_CONFIG = {"device": "m", "wifi_ssid": "bench", "broker_host": "127.0.0.1", "broker_port": 1}
_CHANGED = ("app", "cycle", "version", "waking", "core/crc", "core/record", "storage/journal")
_JOURNAL = """
from firmware import app
from firmware.hal.nvs import Nvs
from firmware.storage.checkpoint import Vault
_s = app.open_store(Vault(Nvs()))
print(_s.id_text, _s.readings.next_seq, _s.readings.first_seq())
"""


@pytest.fixture(scope="module")
def release():
    return deployment.release_of(build(), build_trial(), "0.1.0")


def _next(release, folder, more="\nNEW = 1\n", names=_CHANGED):
    """With more behind some modules."""
    tree = folder / "new" / "firmware"
    shutil.copytree(build() / "firmware", tree, dirs_exist_ok=True)
    for name in names:
        source = tree / f"{name}.py"
        source.write_text((ROOT / "firmware" / f"{name}.py").read_text() + more)
        compile_file(source, source.with_suffix(".mpy"))
    return replace(release, version="0.2.0", files=release.files | {BUNDLE: bundle(tree)})


def _meter(tmp_path, release):
    """With a version in directory a."""
    tree = tmp_path / "tree"
    for name, data in {**{f"a/{n}": d for n, d in release.files.items()}, **release.roots}.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(data)
    (tree / "a" / "whole").write_text(release.id)
    (tree / "place").write_text("a")
    (tree / "config.json").write_text(json.dumps(_CONFIG))
    return ServedBoard(tmp_path / "board", tree)


@pytest.fixture
def meter(tmp_path, release):
    """One with version 0.1.0 that has slept."""
    with _meter(tmp_path, release) as board:
        assert board.wait_asleep()
        yield board


def _awake(board, port):
    board.press_button()
    enter(port, lambda text: board.press_button())


def _deployed(board, release, kind=Port, **more):
    with kind(board.path) as port:
        _awake(board, port)
        return deploy(port, release, **more)


def _journal(board):
    """(id, next number, first number), by the firmware that would run now."""
    with Port(board.path) as port:
        _awake(board, port)
        port.enter(soft_reset=True)
        found = port.exec(_JOURNAL).split()
        port.leave("import machine; machine.reset()")
    assert board.wait_asleep()
    return found[0], *(int(one) for one in found[1:])


def test_a_prompt_that_was_idle_does_not_fall_asleep_while_files_come(meter):
    with Port(meter.path) as port:
        _awake(meter, port)
        port.exec("from firmware.console.start import opened\n_s = opened()", 30)
        port.exec("_s._used_ms -= 590_000\n" + STAY)
        assert port.value("_s._clock.elapsed_ms(_s._used_ms)") < 60_000


def _files(board, folder):
    get(board.vfs, folder)
    return folder


def test_onto_a_blank_board_and_twice(tmp_path, rill):
    with ServedBoard(tmp_path / "board") as board:
        status, out, err = rill("deploy", board.path, "--json")
        assert status == 0, err
        assert json.loads(out)["directory"] == "a"
        assert board.wait_asleep() and board.resets == ["power_on", "reset"]
        with button_pressed(board):
            status, out, err = rill("deploy", board.path)
        assert status == 0, err
        assert "is on it already" in out and "no config.json yet" in out
        assert board.wait_asleep()
    files = _files(board, tmp_path / "files")
    assert (files / "place").read_text() == "a"
    assert (files / "a/firmware.bundle").exists() and not (files / "b").exists()


def test_an_update_sends_what_changed_and_keeps_the_rest(meter, release, tmp_path):
    journal, next_seq, _ = _journal(meter)
    numbers = _deployed(meter, _next(release, tmp_path))
    assert numbers["files_sent"] == 1 and numbers["directory"] == "b"
    assert numbers["files_copied_on_board"] == len(release.files) - 1
    assert meter.wait_asleep()
    after, later_seq, first_seq = _journal(meter)
    assert (after, first_seq) == (journal, 1) and later_seq >= next_seq
    back = _deployed(meter, release)  # the other directory has nearly all of it
    assert back["directory"] == "a" and back["files_sent"] == 0
    files = _files(meter, tmp_path / "files")
    assert json.loads((files / "config.json").read_text()) == _CONFIG
    assert (files / "place").read_text() == "a"


def _interrupted(board, release, arm, kind=Port):
    """Deploy with resets until it is through; how many came."""
    resets = 0
    while True:
        before = len(board.resets)
        arm(resets)
        try:
            _deployed(board, release, kind)
            return resets
        except Unplugged:
            resets += 1
            assert len(board.resets) > before
            assert board.wait_asleep(), "the meter does not boot"


@pytest.mark.prove
def test_a_reset_at_the_boundary_of_each_file(meter, release, tmp_path):
    journal = _journal(meter)
    new = _next(release, tmp_path, names=_CHANGED[:3])
    # Behind the one that is new, `whole`, and what becomes `place`.
    resets_at = [1, 1, 2]

    class Resetting(Port):
        files = 0

        def put(self, *arguments):
            super().put(*arguments)
            self.files += 1
            if resets_at and self.files == resets_at[0]:
                del resets_at[0]
                meter.reset()

    assert _interrupted(meter, new, lambda resets: None, Resetting) == 3
    assert _journal(meter)[0] == journal[0]
    assert (_files(meter, tmp_path / "f") / "place").read_text() == "b"


@pytest.mark.prove
def test_resets_at_30_seeded_acts_of_the_flash(meter, release, tmp_path):
    journal, chance = _journal(meter), Random(1)
    before, resets, versions = meter.flash_acts, 0, 0
    _deployed(meter, _next(release, tmp_path))
    most = (meter.flash_acts - before) * 4 // 3  # so that it gets through now and then

    def arm(_):
        meter.cut(chance.randint(1, most), chance.choice(("before", "torn", "after")))

    while resets < 30:
        versions += 1
        more = f"\nNEWER = {versions}\n"
        resets += _interrupted(meter, _next(release, tmp_path, more, ("app",)), arm)
    assert meter.wait_asleep()
    assert _journal(meter)[0] == journal[0]
    files = _files(meter, tmp_path / "f")
    assert (files / "place").read_text() in ("a", "b")
    assert json.loads((files / "config.json").read_text()) == _CONFIG


@pytest.mark.parametrize(
    "more",
    [
        "\nraise ValueError\n",
        pytest.param("\ndef run(): raise ValueError\n", marks=pytest.mark.prove),
    ],
)
def test_a_version_that_does_not_work_goes_away_by_itself(meter, release, tmp_path, more):
    journal = _journal(meter)
    bad = _next(release, tmp_path, more, ("app",))
    with Port(meter.path) as port:
        _awake(meter, port)
        with pytest.raises(NotTried, match="Its last words:\n(.*\n)*.*ValueError"):
            deploy(port, bad, first_wake_s=3)
        for n in range(3):
            meter.pass_time(121)
            said = port.hear(20, until=b"ValueError" if n < 2 else b"what was before")
            assert said.endswith(b"ValueError" if n < 2 else b"what was before"), said
    assert meter.wait_asleep()
    assert _journal(meter)[0] == journal[0]
    assert (_files(meter, tmp_path / "f") / "place").read_text() == "a"


@pytest.mark.prove
def test_an_update_mends_a_meter_in_safe_mode(tmp_path, release):
    crash = "\ndef _crash(*a): raise ValueError\nCycle._record_and_report = _crash\n"
    with _meter(tmp_path, _next(release, tmp_path, crash, ("cycle",))) as board:
        for _ in range(4):
            assert board.wait_asleep()
            board.pass_time(3600)
        assert _deployed(board, release)["files_sent"] == 1
        assert board.wait_asleep()


def _board(tmp_path, files, **more):
    tree = tmp_path / "tree"
    tree.mkdir()
    for name, text in files.items():
        (tree / name).write_text(text)
    return ServedBoard(tmp_path / "board", tree, **more)


_OTHER = {"boot.py": "", "main.py": "import machine  # a lamp\nwhile True: pass\n", "x.py": ""}


@pytest.mark.prove
def test_another_program_is_left_alone(tmp_path, release):
    with _board(tmp_path, _OTHER, has_partition=False) as board:
        with pytest.raises(Refused, match=r"boot.py, main.py, x.py; main.py begins 'import machi"):
            _deployed(board, release)
        assert board.flash_acts == 0
        assert _deployed(board, release, force=True)["files_sent"] == len(release.files)
        assert board.wait_asleep()


@pytest.mark.parametrize(
    "more, reason",
    [
        ({"version": "1.24.1"}, "MicroPython 1.24.1, and 1.26.1 is the oldest"),
        ({"machine": "Generic ESP32S3 module with ESP32S3"}, "ESP32S3.* --force"),
        ({"platform": "esp8266"}, "micropython on esp8266"),
        pytest.param(
            {"vfs_bytes": 110 * 4096},
            "flash is too small: .* KiB are needed",
            marks=pytest.mark.prove,
        ),
    ],
)
def test_boards_that_it_refuses(tmp_path, release, more, reason):
    with _board(tmp_path, {"boot.py": ""}, **more) as board:
        if "vfs_bytes" in more:
            _deployed(board, release)  # one version has room
            release = replace(release, files={n + "x": d for n, d in release.files.items()})
        acts = board.flash_acts
        with pytest.raises(Refused, match=reason):
            _deployed(board, release)
        assert board.flash_acts == acts


@pytest.mark.prove
def test_ctrl_c_lets_the_meter_go_on(meter, release, tmp_path):
    class Stopped(Port):
        def put(self, path, *arguments):
            super().put(path, *arguments)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _deployed(meter, _next(release, tmp_path, names=_CHANGED[:1]), Stopped)
    assert meter.wait_asleep()
    assert (_files(meter, tmp_path / "f") / "place").read_text() == "a"


def test_a_journal_of_a_newer_version(meter, release):
    with Port(meter.path) as port:
        _awake(meter, port)
        port.enter(soft_reset=True)
        port.exec(
            "from firmware import app\nfrom firmware.hal.nvs import Nvs\n"
            "from firmware.storage.checkpoint import Vault\n_s = app.open_store(Vault(Nvs()))\n"
            "with open('/journal/format', 'r+b') as f: f.seek(4); f.write(b'\\x09\\x00')"
        )
        with pytest.raises(Refused, match="format 9, and this firmware knows 2: .* newer"):
            deploy(port, release, force=True)
