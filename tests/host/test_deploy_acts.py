"""Promise: whichever act of the flash ends a deployment, what boots is a whole version.

Each act, and the middle of each, in a process that has the flash in memory: an update, and the
first version on a board that has none. Also: three boots without a wake that ends well go back.
"""

import hashlib
import json
import subprocess
from random import Random

import pytest

from rill.cable import deployment
from rill.cable.deployment import Release
from rill.cable.files import flash_with
from rill.cable.found import find_out
from rill.cable.prompt import DeviceError, Prompt
from rill.image import ROOT, build_trial
from rill.interpreter import micropython

_SCRIPTS = ROOT / "tests" / "in_process"
_BLOCKS = 96
_SIZES = (30, 700, 900, 5000, 90, 1600, 4096)


class _Board(Prompt):
    """A MicroPython with the flash as its file system, at the other end of pipes."""

    def __init__(self, flash, log):
        command = [*micropython(), str(_SCRIPTS / "board.py"), str(flash), str(log)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=flash.parent
        )

    def exec(self, code, timeout_s=0, hear=None):
        self._process.stdin.write(b"%d\n%s" % (len(code.encode()), code.encode()))
        self._process.stdin.flush()
        printed, error = self._until_mark(), self._until_mark()
        if error:
            raise DeviceError(error)
        return printed

    def _until_mark(self):
        data = b""
        while not data.endswith(b"\x04"):
            one = self._process.stdout.read(1)
            assert one, "the interpreter has ended"
            data += one
        return data[:-1].decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        assert self._process.wait(20) == 0
        self._process.stdout.close()


def _release(version, seeds):
    files = {
        f"firmware/{'core/' if size < 800 else ''}m{n}.mpy": Random(seed).randbytes(size)
        for n, (size, seed) in enumerate(zip(_SIZES, seeds, strict=True))
    }
    roots = {name: (ROOT / name).read_bytes() for name in ("boot.py", "main.py", "board.py")}
    return Release(version, files, roots | {"trial.mpy": build_trial()})


@pytest.fixture
def deploying(tmp_path):
    """Deploys onto a flash with files, then boots from all that it was meanwhile."""

    def deploy(files, release, versions, always):
        tree = tmp_path / "tree"
        for name, data in files.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes(data)
        flash, log, expected = (tmp_path / name for name in ("flash", "log", "expected"))
        flash_with(tree, flash, _BLOCKS * 4096)
        with _Board(flash, log) as board:
            found = find_out(board)
            made = deployment.plan(board, found, release)
            deployment.carry_out(board, found, release, made, lambda size: None)
        always = {name: hashlib.sha256(files[name]).hexdigest() for name in always}
        digests = {one.version: one.digests() for one in versions}
        expected.write_text(json.dumps({"versions": digests, "always": always}))
        arguments = [str(_SCRIPTS / "states.py"), str(flash), str(log), str(expected)]
        done = subprocess.run([*micropython(), *arguments], capture_output=True, text=True)
        assert not done.returncode, done.stdout[-2000:] + done.stderr
        return [tuple(one) for one in json.loads(done.stdout.splitlines()[-1])], made

    return deploy


@pytest.mark.parametrize("here, there", ["ab", "ba"])
def test_each_act_of_an_update(deploying, here, there):
    older, old, new = (
        _release(version, (1, *others, 7, 8, 9))
        for version, others in (("0", (12, 13, 14)), ("1", (2, 3, 4)), ("2", (5, 3, 6)))
    )
    files = {f"{here}/{name}": data for name, data in old.files.items()} | old.roots
    files |= {f"{there}/{name}": data for name, data in older.files.items()}
    files |= {f"{there}/firmware/gone.mpy": b"x", f"{there}/whole": older.id.encode()}
    files |= {f"{here}/whole": old.id.encode(), "place": here.encode(), "config.json": b"{}"}
    files["journal/readings/r00000001"] = Random(9).randbytes(6000)
    always = ("config.json", "journal/readings/r00000001", "main.py", "boot.py")
    states, made = deploying(files, new, (older, old, new), always)
    assert len(made.far) == 2 and len(made.near) == 1
    before, after = ("1", here), ("2", there)
    # One in three has a damaged pointer: then any version, as long as it is whole.
    assert len(states) > 150 and {version for version, _ in states} <= {"0", "1", "2"}
    sound = [state for n, state in enumerate(states[:-4]) if n % 3 != 1]
    # The last act of all has it tried.
    assert set(sound) == {before}
    assert states[-4:] == [after, after, after, before]


def test_each_act_of_the_first_version(deploying):
    new = _release("2", (1, 2, 3, 4, 7, 8, 9))
    files = {"boot.py": b"# as the image makes it\n", "config.json": b"{}"}
    states, _ = deploying(files, new, (new,), ("config.json",))
    assert len(states) > 150 and set(states) == {(None, None), ("2", "a")}
    assert states.count(("2", "a")) >= 4 and states[-1] == ("2", "a")


def test_from_files_in_the_root(deploying):
    """As `mpremote cp` has put them there: they stay until the new version has proved itself."""
    old, new = _release("1", (1, 2, 3, 4, 7, 8, 9)), _release("2", (1, 5, 3, 6, 7, 8, 9))
    files = {**old.files, **old.roots, "boot.py": b"'''as it was'''\n"}
    del files["trial.mpy"]
    states, _ = deploying(files, new, (old, new), ("main.py",))
    assert states[0][0] == "1" and states[-2] == ("2", "a") and states[-1] == ("1", "")
    assert {version for version, _ in states} == {"1", "2"}
