"""Non-volatile storage of the image: a few bytes that outlive every file system."""

import esp32
from micropython import const

_NAMESPACE = const("rill")
_NOT_FOUND = const(-0x1102)  # ESP_ERR_NVS_NOT_FOUND
_MOST_BYTES = const(256)


class Nvs:
    def read(self, key):
        blob = bytearray(_MOST_BYTES)
        try:
            size = esp32.NVS(_NAMESPACE).get_blob(key, blob)
        except OSError as error:
            if error.errno == _NOT_FOUND:
                return None
            raise
        return bytes(blob[:size])

    def write(self, key, data):
        nvs = esp32.NVS(_NAMESPACE)
        nvs.set_blob(key, data)
        nvs.commit()
