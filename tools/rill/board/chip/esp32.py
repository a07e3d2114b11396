"""The esp32 module as far as firmware/hal uses it."""

from border import ULP_LOAD, ULP_PERIOD, ULP_RUN, ULP_WAKES, border

WAKEUP_ALL_LOW = 0
_RESERVED_BYTES = 2040


class ULP:
    def set_wakeup_period(self, index, period_us):
        if not 0 <= index <= 4:
            raise OSError("no such period register")
        border.call(ULP_PERIOD, index << 32 | period_us)

    def load_binary(self, address, program):
        if address != 0 or program[:4] != b"ulp\0" or len(program) - 12 > _RESERVED_BYTES:
            raise OSError("not a program for the ULP")
        border.call(ULP_LOAD, 0, program)

    def run(self, entry):
        border.call(ULP_RUN, entry)


class Partition:
    TYPE_DATA = 1

    @staticmethod
    def find(kind, label=None):
        if kind != Partition.TYPE_DATA or label != "journal":
            return []
        return [border.flash]


def wake_on_ext1(pins, level):
    if level != WAKEUP_ALL_LOW or not pins:
        raise ValueError("the button pulls its pin low")


def wake_on_ulp(wake):
    if wake is not True:
        raise ValueError("the coprocessor wakes the chip")
    if _ext0:
        raise ValueError("no resources")
    border.call(ULP_WAKES)


def wake_on_ext0(pin, level):
    if level != WAKEUP_ALL_LOW:
        raise ValueError("the button pulls its pin low")
    _ext0.append(pin)


def gpio_deep_sleep_hold(on):
    if on is not True and on is not False:
        raise ValueError("pads are held through deep sleep, or not")


_ext0 = []  # keeps the RTC peripherals powered, and excludes a wake by the coprocessor


class NVS:
    """Non-volatile storage: a blob is the old one or the new one, whenever the board is reset."""

    def __init__(self, namespace):
        self._namespace = namespace
        self._new = {}

    def get_blob(self, key, buffer):
        blob = border.nvs_read().get(self._namespace + key)
        if blob is None:
            raise OSError(-0x1102, "ESP_ERR_NVS_NOT_FOUND")
        if len(blob) > len(buffer):
            raise OSError(-0x110C, "ESP_ERR_NVS_INVALID_LENGTH")
        buffer[: len(blob)] = blob
        return len(blob)

    def set_blob(self, key, data):
        if len(key) > 15:
            raise OSError(-0x1109, "ESP_ERR_NVS_KEY_TOO_LONG")
        self._new[self._namespace + key] = bytes(data)

    def commit(self):
        blobs = border.nvs_read()
        blobs.update(self._new)
        border.nvs_write(blobs)
