"""Promise: cut power costs nothing that was stored; the columns of `rill torture` can go red."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from rill.cli import main
from rill.image import BUNDLE, ROOT, build, compile_file
from rill.interpreter import micropython
from rill.torture.command import is_sound, run
from rill.torture.oracle import COLUMNS
from rill.torture.scenarios import SCENARIOS

# The base run of a month alone takes half a minute: make prove has it, and the others.
_QUICK = [name for name in SCENARIOS if name != "steady_month"][::2]


def test_a_seeded_sample_of_each_scenario_loses_nothing(capsys):
    options = [word for name in _QUICK for word in ("--scenario", name)]
    assert main(["torture", *options, "--cuts", "8", "--seed", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [n["scenario"] for n in found] == _QUICK
    for numbers in found:
        assert numbers["cut_points"] == 2 and numbers["reopened"] == numbers["runs"] >= 2
        assert not any(numbers[column] for column in COLUMNS)
        assert set(numbers) == {
            "scenario", "cut_points", "runs", "reopened", *COLUMNS, "max_recovery_ms",
            "max_heap_bytes",
        }  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [
        ["--scenario", "no_such"],
        ["--cuts", "0"],
        ["--cuts", "some"],
        ["--cuts", "-1"],
        ["--seed", "x"],
    ],
)
def test_wrong_input_is_told(options, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["torture", *options])
    assert ended.value.code == 2
    assert options[0] in capsys.readouterr().err


def _mistaken(folder: Path, file: str, good: str, bad: str) -> Path:
    """The firmware with one thing wrong."""
    image = folder / "image"
    shutil.copytree(build(), image, ignore=shutil.ignore_patterns("tmp*"))
    source = ROOT / "firmware" / file
    text = source.read_text()
    assert good in text
    changed = folder / source.name
    changed.write_text(text.replace(good, bad, 1))
    compile_file(changed, image / "firmware" / Path(file).with_suffix(".mpy"))
    (image / BUNDLE).unlink()  # it would win
    return image


@pytest.mark.parametrize(
    ("file", "good", "bad", "scenario", "column"),
    [
        # The cursor moves before the PUBACK.
        pytest.param("sending.py",
         "            yield self._batch.payload()\n            self._batch.clear()\n",
         "            self._move(*behind)\n            yield self._batch.payload()\n"
         "            self._batch.clear()\n", "partial_ack", "acked_lost",
         marks=pytest.mark.prove),
        # A record leaves its number to the next one.
        pytest.param(
            "storage/appending.py", "    journal.next_seq += 1\n    journal.last_body",
            "    journal.last_body", "first_boot", "duplicates_sequence", marks=pytest.mark.prove),
        pytest.param(
            "waking.py", "state.odometer_ml, state.pulses = newest.odometer_ml, newest.pulses",
            "state.odometer_ml, state.pulses = 0, newest.pulses", "brown_out",
            "odometer_backwards", marks=pytest.mark.prove),
    ],
)  # fmt: skip
def test_a_mistake_shows_in_its_column(tmp_path, file, good, bad, scenario, column):
    numbers = run([scenario], 40, 1, _mistaken(tmp_path, file, good, bad))[0]
    assert numbers[column] > 0 and not is_sound(numbers), numbers


def test_a_rename_before_the_new_content_is_on_flash_turns_a_test_red(tmp_path):
    good = (
        '        self._do(_write, path + _TEMPORARY, "wb", data)\n'
        "        self._do(os.rename, path + _TEMPORARY, path)\n"
    )
    bad = (
        '        f = open(path + _TEMPORARY, "wb")\n        f.write(data)\n'
        "        self._do(os.rename, path + _TEMPORARY, path)\n        f.close()\n"
    )
    unit = ROOT / "tests" / "unit"
    for image, is_red in (
        (build(), False),
        (_mistaken(tmp_path, "hal/files.py", good, bad), True),
    ):
        name = "test_replace_is_all_or_nothing_at_each_cut"
        test = [str(image), str(unit / "test_files.py"), name]
        command = [*micropython(), "-X", "heapsize=260000", str(unit / "run_one.py"), *test]
        assert bool(subprocess.run(command, cwd=ROOT, capture_output=True).returncode) is is_red
