"""machine.Timer of the simulated board. Nothing fires by itself: whoever plays the person that
waits at the prompt lets the time pass.
"""

timers = []


class Timer:
    PERIODIC = 1

    def __init__(self, number):
        self._number = number
        self.callback = None

    def init(self, *, period, mode, callback):
        if mode != Timer.PERIODIC:
            raise ValueError("a timer that fires once")
        self.period_ms, self.callback = period, callback
        timers.append(self)
