"""A downloaded image of MicroPython: what it is, and the same with a meter's partition table."""

import hashlib
import re
from pathlib import Path

from rill.cable import partitions
from rill.cable.found import OLDEST_IMAGE, dotted

ADDRESS = 0x1000  # where it goes on an ESP32's flash: bootloader, table, application
_HEADER_MAGIC = 0xE9
_CHIP_AT = 12  # of the header: 16 bits, 0 is the plain ESP32
_ESP32 = 0
_TABLE_AT = partitions.ADDRESS - ADDRESS
_APP_AT = 0x10000 - ADDRESS
_HEADER_BYTES = 24
_HAS_DIGEST_AT = 23
_SEGMENT_HEADER_BYTES = 8
_CHECKSUM_BYTES = 16  # up to so many: it is the last byte of them
_DESCRIPTION_AT = _APP_AT + 0x20  # esp_app_desc_t: magic, 12 bytes, version[32], project[32]
_DESCRIPTION_MAGIC = b"\x32\x54\xcd\xab"


class ImageFileError(Exception):
    """Why a file is no image for a meter."""


def read(path: Path) -> bytes:
    """The image. Raises ImageFileError."""
    try:
        image = path.read_bytes()
    except OSError as error:
        raise ImageFileError(f"{path} can't be read: {error.strerror}") from error
    if len(image) < _DESCRIPTION_AT + 80 or image[0] != _HEADER_MAGIC:
        raise ImageFileError(
            f"{path} is no image of an ESP32. Take the .bin of ESP32_GENERIC from"
            " https://micropython.org/download/ESP32_GENERIC/"
        )
    if int.from_bytes(image[_CHIP_AT : _CHIP_AT + 2], "little") != _ESP32:
        raise ImageFileError(f"{path} is an image of another chip than the plain ESP32")
    version = version_of(image)
    if version is None:
        raise ImageFileError(f"{path} is an image for an ESP32, but not of MicroPython")
    if version < OLDEST_IMAGE:
        raise ImageFileError(
            f"{path} is MicroPython {dotted(version)}; {dotted(OLDEST_IMAGE)} is the oldest that"
            " works"
        )
    if not (_is_whole(image) and _is_whole(image[_APP_AT:])):
        raise ImageFileError(
            f"{path} is not whole, or damaged: its SHA-256 is another. Download it again"
        )
    return image


def version_of(image: bytes) -> tuple[int, ...] | None:
    """Of MicroPython; None when it is something else."""
    about = image[_DESCRIPTION_AT : _DESCRIPTION_AT + 80]
    version, project = about[16:48].rstrip(b"\0"), about[48:80].rstrip(b"\0")
    found = re.match(rb"v?(\d+)\.(\d+)(?:\.(\d+))?", version)
    if not about.startswith(_DESCRIPTION_MAGIC) or project != b"micropython" or not found:
        return None
    return tuple(int(number or 0) for number in found.groups())


def _is_whole(image: bytes) -> bool:
    """Of a bootloader or an application. Format: ESP-IDF, "App Image Format"."""
    end = _HEADER_BYTES
    for _ in range(image[1]):
        size = image[end + 4 : end + _SEGMENT_HEADER_BYTES]
        end += _SEGMENT_HEADER_BYTES + int.from_bytes(size, "little")
    end += _CHECKSUM_BYTES - end % _CHECKSUM_BYTES
    if len(image) < end or not image[_HAS_DIGEST_AT]:
        return len(image) >= end  # no more can be told
    digest = hashlib.sha256(image[:end]).digest()
    return image[end : end + len(digest)] == digest


def with_journal(image: bytes, flash_bytes: int) -> bytes:
    """The image with our table in it. Raises partitions.PartitionError."""
    end = _TABLE_AT + partitions.TABLE_BYTES
    official = partitions.parse(image[_TABLE_AT:end])
    table = partitions.packed(partitions.with_journal(official, flash_bytes))
    return image[:_TABLE_AT] + table + image[end:]
