"""A person at the prompt of the simulated board: what he types, and what the terminal shows."""

from pathlib import Path

from rill.board_process import Board

# Runs in MicroPython, on the board. Only what a person does at the terminal is played; Python's
# own prompt is not in it, but its answer to Ctrl-C and its waiting are.
_SCRIPT = """
import sys
from border import border
from machine_timer import timers
from firmware.hal.clock import Clock
from firmware.hal.keys import Keys

steps = %r
class Fingers:
    left = 0  # crossings until Ctrl-C, 0: never
    is_held = False
def ask(self, question):
    answer = steps.pop(0)
    if answer.startswith("wait "):
        print(question)
        wait(int(answer[5:]))
        answer = steps.pop(0)
    if answer.startswith("Ctrl-C after "):
        Fingers.left = int(answer[13:])
        answer = steps.pop(0)
    if not answer.startswith("> "):
        raise RuntimeError("%%s is no answer to %%s" %% (answer, question))
    print(question + answer[2:])
    if answer == "> ^C":
        raise KeyboardInterrupt
    return answer[2:]
def pressed(self):
    if steps and steps[0] == "> key":
        steps.pop(0)
        return True
    return False
def hold(self):
    Fingers.is_held = True
def release(self):
    Fingers.is_held = False
def cross():
    real()
    if Fingers.left:
        Fingers.left -= 1
        if not Fingers.left and not Fingers.is_held:
            raise KeyboardInterrupt
Keys.ask, Keys.pressed, Keys.hold, Keys.release = ask, pressed, hold, release
real, border.cross = border.cross, cross
def wait(seconds):
    clock = Clock()
    for second in range(seconds):
        clock.sleep_ms(1000)
        for timer in timers:
            if not (second + 1) * 1000 %% timer.period_ms:
                timer.callback(timer)
while steps:
    step = steps.pop(0)
    if step.startswith("wait "):
        wait(int(step[5:]))
    elif step.startswith("Ctrl-C after "):
        Fingers.left = int(step[13:])
    elif step == "Ctrl-C at once":
        sleep_ms = Clock.sleep_ms
        def stopped(self, n):
            Clock.sleep_ms = sleep_ms
            raise KeyboardInterrupt
        Clock.sleep_ms = stopped
    elif step == "main.py":
        exec(open("main.py").read(), globals())
        from __main__ import meter
    else:
        print(">>> " + step)
        try:
            code = compile(step, "", "eval")
        except SyntaxError:
            exec(step, globals())
        else:
            found = eval(code, globals())
            if found is not None:
                print(repr(found))
        Fingers.left = 0
print("(end)")
"""


# Opens the prompt of a meter that has been awake.
BEGUN = "meter = __import__('firmware.console.start', None, None, ('run',)).run()"


class Technician:
    """folder: for scripts."""

    def __init__(self, board: Board, folder: Path):
        self._board = board
        self._script = folder / "technician.py"

    def does(self, *steps: str, cause: str = "reset", fuse: int = 0):
        """(Ending, what the terminal showed).

        A step is a line for Python; "> text" an answer to a question of it, "> key" a key while
        it runs, "> ^C" Ctrl-C instead of an answer; "main.py" what the image runs; "Ctrl-C at
        once" in its next pause; "Ctrl-C after 7" crossings of the border by the next line, or
        behind the next answer; "wait 60" seconds, also before an answer. fuse: as of Board.wake().
        """
        before = len(self._board.console())
        self._script.write_text(_SCRIPT % (list(steps),))
        ending = self._board.wake(cause, fuse=fuse, scripts=(str(self._script),))
        shown = self._board.console()[before:]
        if ending.kind == "prompt":
            assert shown.endswith("(end)\n"), shown
        return ending, shown.removesuffix("(end)\n")

    def types(self, *lines: str) -> str:
        """What is shown behind these lines, at the prompt of a meter that has been awake."""
        ending, shown = self.does(BEGUN, *lines)
        assert ending.kind == "prompt", shown
        return shown.split("\n", 1)[1]
