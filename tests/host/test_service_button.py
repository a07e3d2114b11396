"""Promise: the LED tells how a meter is, and a button that is held asks for the prompt."""

from attended import Bench, S
from rill.image import ROOT


def test_a_button_held_for_three_seconds_asks_for_the_prompt(tmp_path):
    """And the LED says how the meter is: a long flash knows nothing, a short one is well."""
    bench = Bench(tmp_path, {})
    text = (ROOT / "firmware/boards/generic_esp32.py").read_text()
    board = text.replace("LED_PIN = None", "LED_PIN = 23")
    (bench.board.flash / "led.py").write_text(board)
    (bench.board.flash / "board.py").write_text("import led as board\n")
    levels = []
    told = bench.world._lines._changed
    bench.world._lines._changed = lambda pin, level: (
        levels.append((bench.world.now_us, level)) if pin == 23 else told(pin, level)
    )

    def press(held_s, *steps):
        levels.clear()
        bench.world.probes.faults = [("button", bench.world.now_us // S, held_s)]
        return bench.technician.does("main.py", *steps, cause="button")

    assert bench.board.wake("power_on").kind == "sleep"
    (_, began), (ended_us, _) = levels[-2:]
    assert len(levels) == 3 and ended_us - levels[1][0] >= 1_500_000
    ending, shown = press(2)
    assert ending.kind == "sleep" and "Service" not in shown
    assert sum(level for _, level in levels) == 1
    began_us = bench.world.now_us
    ending, shown = press(30)  # and nobody comes
    assert ending.kind == "sleep" and "Service: press a key" in shown
    assert 62 <= (bench.world.now_us - began_us) // S <= 70
    assert sum(level for _, level in levels) > 50
    ending, shown = press(30, "> key", "meter")
    assert ending.kind == "prompt" and "\nmeter  " in shown
    assert [level for _, level in levels][-2:] == [1, 0]  # dark at the prompt
