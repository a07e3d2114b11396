"""The person at the serial port: MicroPython's own console, on the simulated board, too."""

import select
import sys

import micropython
from micropython import const

_CTRL_C = const(3)
_NOBODY = const(-1)


class Keys:
    def ask(self, question):
        """The line that is typed behind the question, without its end. EOFError: Ctrl-D."""
        return input(question)

    def pressed(self):
        """True when a key was pressed, which is gone then; never waits."""
        poll = select.poll()
        poll.register(sys.stdin, select.POLLIN)
        return bool(poll.poll(0)) and bool(sys.stdin.buffer.read(1))

    def hold(self):
        """From now on Ctrl-C stops nothing."""
        micropython.kbd_intr(_NOBODY)

    def release(self):
        micropython.kbd_intr(_CTRL_C)
