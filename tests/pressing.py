"""A person beside a simulated board at a cable."""

import threading
from contextlib import contextmanager


@contextmanager
def button_pressed(board):
    """Somebody presses it whenever the meter sleeps."""
    is_over = threading.Event()

    def press():
        while not is_over.wait(0.5):
            board.press_button()

    person = threading.Thread(target=press)
    person.start()
    try:
        yield
    finally:
        is_over.set()
        person.join()
