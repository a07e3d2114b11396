"""Promise: what is built is what is flashed, and a file that does not compile is named."""

import shutil

import pytest

from rill.image import ROOT, ImageError, build, compile_file


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
    for name in ("board.py", "boot.py", "main.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "firmware/hal").mkdir(parents=True)
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
