"""A wake. All that it imports is in the bundle of firmware/, built in or frozen, but for board.py:
to look for each of those on the flash first would take as long as all else.
"""

import sys

import board  # noqa: F401
import firmware  # noqa: F401

path = sys.path[:]
sys.path[:] = [name for name in path if name not in ("", "/lib", "a", "b")]
from firmware.app import run  # noqa: E402

try:
    run()
finally:
    sys.path[:] = path  # at the prompt everything is found again
