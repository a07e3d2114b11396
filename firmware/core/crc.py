"""Cyclic redundancy checks of buses; those of flash are the interpreter's own CRC-32."""


def reflected(data, crc, polynomial):
    """The CRC of data with its lowest bit first, begun with crc; polynomial: reflected, too."""
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ polynomial if crc & 1 else crc >> 1
    return crc
