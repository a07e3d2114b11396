from border import ADC_UV, border


class ADC:
    def __init__(self, pin):
        if not 32 <= pin <= 39:
            raise ValueError("pin %d is not on ADC1 (32 to 39)" % pin)
        self._pin = pin

    def read_uv(self):
        return border.call(ADC_UV, self._pin)
