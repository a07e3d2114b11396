from border import NOW_US, RTC_SET, SLEEP_US, border

_MASK = 0x3FFFFFFF
_EPOCH_2000_S = 946684800


class Clock:
    def ticks_ms(self):
        return border.call(NOW_US) // 1000 & _MASK

    def ticks_us(self):
        return border.call(NOW_US) & _MASK

    def elapsed_ms(self, since):
        return (self.ticks_ms() - since) & _MASK

    def sleep_ms(self, n):
        border.call(SLEEP_US, n * 1000)

    def slow(self):
        from firmware.hal import slow_clock  # its registers are behind the border, too

        return slow_clock.ticks(), slow_clock.calibration()

    def set_epoch_s(self, epoch_s):
        border.call(RTC_SET, epoch_s - _EPOCH_2000_S)
