from border import COUNT, COUNT_START, border


class Counter:
    def __init__(self, pin):
        self._pin = pin

    def start(self):
        return border.call(COUNT_START) == 1

    def count(self):
        return border.call(COUNT)
