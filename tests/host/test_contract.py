"""Promise: the flashed hal and the simulated board keep the same contract, port by port."""

import ast
import shutil
from array import array
from pathlib import Path

import pytest

from rill.board_process import Board
from rill.image import BUNDLE, ROOT, build, build_board, compile_file
from rill.world import World

_CONTRACT = ROOT / "tests" / "contract"
_MODULES = {
    node.name: path.stem
    for path in sorted(_CONTRACT.glob("*.py"))
    for node in ast.parse(path.read_text()).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
}
_SCRIPT = """import sys
sys.path.append({folder!r})
import {module}
{module}.{name}()
print('kept')
"""


def _run(
    folder: Path, name: str, hal: str, board: Path | None = None, image: Path | None = None
) -> str:
    """What the board printed while it ran one contract function; its water: a pulse a second."""
    sensor = "hall" if name.endswith("hall_sensor") else "reed"
    world = World(array("q", range(0, 3_600_000_000, 1_000_000)), sensor=sensor)
    script = folder / "script.py"
    script.write_text(_SCRIPT.format(folder=str(_CONTRACT), module=_MODULES[name], name=name))
    run = Board(folder, image or build(), board or build_board(), world, hal=hal)
    run.wake("power_on", scripts=(str(script),))
    return run.console_end()


@pytest.mark.parametrize("hal", ["ports", "chip"])
@pytest.mark.parametrize("name", _MODULES)
def test_contract(tmp_path, name, hal):
    assert _run(tmp_path, name, hal).endswith("kept")


@pytest.mark.parametrize(
    ("file", "good", "bad", "name"),
    [
        ("sim_clock", "border.call(NOW_US) & _MASK", "border.call(NOW_US)", "clock_ticks"),
        ("sim_clock", "- since) & _MASK", "- since)", "clock_elapsed"),
        ("sim_clock", ".ticks(),", ".ticks() & 0xFFFFFFFF,", "clock_has_a_slow"),
        ("sim_adc", "if not 32 <= pin <= 39:", "if pin < 0:", "adc"),
        ("sim_serial", "return len(data)", "return len(buffer)", "serial"),
        ("sim_dozing", "return n", "return 0", "dozing"),
        ("sim_line", "self._set(is_on)", "self._set(True)", "line"),
        ("sim_line", "self._pin << 1 | 1)\n\n    def off(self):\n        border",
         "self._pin << 1)\n\n    def off(self):\n        border", "contact"),
        ("sim_power", "1 <= n < 1 << 31", "0 <= n < 1 << 31", "power_refuses"),
    ],
)  # fmt: skip
def test_a_port_that_breaks_the_contract_is_found(tmp_path, file, good, bad, name):
    board = tmp_path / "board"
    shutil.copytree(build_board(), board)
    _break(ROOT / "tools" / "rill" / "board" / "hal" / f"{file}.py", good, bad, board / "hal")
    assert not _run(tmp_path, _contract(name), "ports", board=board).endswith("kept")


@pytest.mark.parametrize(
    ("file", "good", "bad", "name"),
    [
        ("counter", "wide(words, 1),", "wide(words, 3),", "counter_of_a_reed"),
        ("counter", "not self.was_stopped:\n            return False",
         "not self.was_stopped:\n            return True", "counter_of_a_reed"),
        ("counter", "rtc.write_word(_SEEN, counts", "rtc.write_word(_BEGIN + 1, counts",
         "counter_of_a_reed"),
        ("dozing", "slow_clock.keep(calibration)", "pass", "dozing"),
        ("pcnt_counter", "if self._counter:", "if fresh:", "counter_of_a_hall"),
        ("pcnt_counter", "edge=machine.Counter.FALLING", "edge=3", "counter_of_a_hall"),
        ("pcnt_counter", "        return True\n", "        return False\n", "counter_of_a_hall"),
    ],
)  # fmt: skip
def test_a_part_of_the_hal_that_breaks_the_contract_is_found(tmp_path, file, good, bad, name):
    image = tmp_path / "image"
    shutil.copytree(build(), image)
    (image / BUNDLE).unlink()  # it would win
    _break(ROOT / "firmware" / "hal" / f"{file}.py", good, bad, image / "firmware" / "hal")
    assert not _run(tmp_path, _contract(name), "chip", image=image).endswith("kept")


def _contract(name: str) -> str:
    return next(test for test in _MODULES if test.startswith(f"test_{name}"))


def _break(source: Path, good: str, bad: str, folder: Path) -> None:
    """Compile the module into the folder, with one thing wrong."""
    text = source.read_text()
    assert good in text
    changed = folder / source.name
    changed.write_text(text.replace(good, bad, 1))
    compile_file(changed, changed.with_suffix(".mpy"))
    changed.unlink()  # or it would win at import


@pytest.mark.parametrize("hal", ["ports", "chip"])
def test_power_knows_why_a_run_began(tmp_path, hal):
    script = tmp_path / "script.py"
    script.write_text("from firmware.hal.power import Power\nprint(Power(0, '').cause())\n")
    board = Board(tmp_path, build(), build_board(), World(array("q")), hal=hal)
    for cause in ("power_on", "reset", "watchdog", "timer", "button", "ulp"):
        board.wake(cause, scripts=(str(script),))
        assert board.console_end(1) == cause


@pytest.mark.parametrize("hal", ["ports", "chip"])
def test_a_restart_is_of_the_interpreter_alone(tmp_path, hal):
    script = tmp_path / "script.py"
    script.write_text(
        "from firmware.hal.power import Power\nfrom firmware.hal.clock import Clock\n"
        "power, clock = Power(0, ''), Clock()\n"
        "if power.cause() == 'restart':\n"
        "    clock.sleep_ms(3000)\n"
        "    print('watched no longer')\n"
        "power.watchdog_ms(5000)\n"
        "clock.sleep_ms(3000)\n"
        "power.restart()\n"
        "print('went on')\n"
    )
    board = Board(tmp_path, build(), build_board(), World(array("q")), hal=hal)
    assert board.wake("timer", scripts=(str(script),)).kind == "watchdog"
    assert board.console_end() == ""


@pytest.mark.parametrize("hal", ["ports", "chip"])
def test_a_watchdog_that_is_not_fed_bites(tmp_path, hal):
    script = tmp_path / "script.py"
    script.write_text(
        "from firmware.hal.power import Power\nfrom firmware.hal.clock import Clock\n"
        "Power(0, '').watchdog_ms(5000)\nClock().sleep_ms(6000)\nprint('still here')\n"
    )
    board = Board(tmp_path, build(), build_board(), World(array("q")), hal=hal)
    assert board.wake("power_on", scripts=(str(script),)).kind == "watchdog"
    assert "still here" not in board.console_end()
