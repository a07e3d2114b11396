"""Promises: what is built is what is flashed, a file that does not compile is named, and a wake
reads little of its flash to import what it needs.
"""

import ast
import shutil
import subprocess

import pytest

from rill.bench_wakes import Read, awake_ms, chip_ms, loose_files, read_of_flash
from rill.bundle import BundleError, bundle
from rill.energy.table import currents
from rill.image import BUNDLE, ROOT, ImageError, build, compile_file, flashed
from rill.interpreter import micropython


def test_the_image_is_the_three_scripts_and_bytecode():
    image = build()
    plain = sorted(p.relative_to(image).as_posix() for p in image.rglob("*.py"))
    assert plain == ["board.py", "boot.py", "main.py"]
    for source in (ROOT / "firmware").rglob("*.py"):
        compiled = image / source.relative_to(ROOT).with_suffix(".mpy")
        # Version 6 bytecode without native code runs on every ESP32 image since 1.19.
        assert compiled.read_bytes()[:3] == b"M\x06\x00", source


def test_the_image_carries_the_ulp_program_and_the_pinned_library():
    image = build()
    assert (image / "firmware/hal/ulp_program.mpy").exists()
    assert (image / "lib/umqtt/simple.mpy").exists()


def test_a_source_that_is_gone_is_gone_from_the_image(tmp_path):
    for name in ("board.py", "boot.py", "main.py", "firmware/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "firmware/hal").mkdir()
    for name in ("ulp_counter.S", "ulp_image.py", "ulp_loader.py"):
        shutil.copy(ROOT / "firmware/hal" / name, tmp_path / "firmware/hal")
    extra = tmp_path / "firmware/extra.py"
    extra.write_text("x = 1\n")
    assert (build(tmp_path) / "firmware/extra.mpy").exists()
    extra.unlink()
    assert not (build(tmp_path) / "firmware/extra.mpy").exists()


def test_a_syntax_error_names_the_file(tmp_path):
    source = tmp_path / "wrong.py"
    source.write_text("match x:\n    case 1: pass\n")
    with pytest.raises(ImageError, match=r"(?s)wrong\.py.*SyntaxError"):
        compile_file(source, tmp_path / "wrong.mpy")


def test_every_module_is_in_the_bundle_and_what_is_not_there_is_no_module(tmp_path):
    for name in flashed(build()):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(build() / name, tmp_path / name)
    found = (ROOT / "firmware").rglob("*.py")
    parts = [path.relative_to(ROOT).with_suffix("").parts for path in found]
    modules = sorted(".".join(one) for one in parts if one[-1] != "__init__")
    script = tmp_path / "script.py"
    script.write_text(
        f"""
import os

import firmware
for name in {modules!r}:
    at = firmware.__path__ + name[8:].replace(".", "/") + ".mpy"
    os.stat(at)  # as an import does
    file = open(at, "rb")
    head = bytearray(3)
    assert file.readinto(head) == 3 and head == b"M\\x06\\x00", at
from firmware.core.leaks import terms
assert terms.__file__ == "/bundle/core/leaks/terms.mpy"
for name in ("firmware.none", "firmware.core.none", "firmware.core.leaks.non.e"):
    try:
        __import__(name)
    except ImportError:
        continue
    raise AssertionError(name)
"""
    )
    done = subprocess.run([*micropython(), script], cwd=tmp_path, capture_output=True, text=True)
    assert not done.returncode, done.stdout + done.stderr


def test_in_a_torn_bundle_there_are_no_modules(tmp_path):
    """Not an endless search: the prompt answers, and `rill deploy` mends it."""
    (tmp_path / "firmware").mkdir()
    shutil.copy(build() / "firmware/__init__.mpy", tmp_path / "firmware")
    (tmp_path / BUNDLE).write_bytes((build() / BUNDLE).read_bytes()[:100_000])
    command = [*micropython(), "-c", "import firmware.app"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=20)
    assert "ImportError: no module named 'firmware.app'" in done.stdout + done.stderr


def test_no_package_has_code_that_the_bundle_would_leave_out():
    for path in (ROOT / "firmware").rglob("__init__.py"):
        if path.parent.name != "firmware":
            body = ast.parse(path.read_text()).body
            assert all(isinstance(one, ast.Expr) for one in body), path


def test_too_many_modules_are_refused(tmp_path):
    for n in range(513):
        (tmp_path / f"m{n}.mpy").write_bytes(b"M")
    with pytest.raises(BundleError, match="513 modules"):
        bundle(tmp_path)


@pytest.mark.prove
def test_a_wake_reads_a_seventh_of_a_second_of_its_flash():
    """docs/energy.md; with a file for each module it is three seconds."""
    bundled, loose = Read(), Read(loose_files())
    counting, sampling, reporting = (chip_ms(*read) for read in read_of_flash(bundled).values())
    assert counting < sampling < 175
    assert reporting < 480
    board = currents("ER34615", "generic_esp32", None).board
    told = (f"simulated_{name}_ms" for name in ("wake", "record", "report"))
    estimated = 250, 60 + 45, 1500  # the parts that are no imports
    of_imports = counting, sampling - counting, reporting - sampling
    for name, estimate, counted in zip(told, estimated, of_imports, strict=True):
        assert board[name] - estimate == pytest.approx(counted, abs=20), name
    before = read_of_flash(loose)
    assert sampling < 0.1 * chip_ms(*before["sampling"])
    assert awake_ms(bundled)["sampling"] < 0.9 * awake_ms(loose)["sampling"]
    assert (build() / BUNDLE).stat().st_size < 300_000
