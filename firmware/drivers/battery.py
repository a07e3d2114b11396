"""The cell's voltage through its divider."""


class Battery:
    def __init__(self, *, adc, divider_milli):
        self._adc = adc
        self._divider_milli = divider_milli

    def read_mv(self):
        return self._adc.read_uv() // 1000 * self._divider_milli // 1000
