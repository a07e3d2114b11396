"""What the simulated flash has been through: docs/simulator.md."""

import struct
from dataclasses import dataclass, field

CYCLES = 100_000  # erases that a block of NOR flash is good for


@dataclass
class Wear:
    """operations: programs and erases of the last wake; erased: by block."""

    operations: int = 0
    programmed_bytes: int = 0
    erased: dict[int, int] = field(default_factory=dict)

    def add(self, told: bytes) -> None:
        """What the board's flash says at the end of a wake: board/flash.py."""
        self.operations, programmed = struct.unpack_from("<II", told)
        self.programmed_bytes += programmed
        for block, (times,) in enumerate(struct.iter_unpack("<H", told[8:])):
            if times:
                self.erased[block] = self.erased.get(block, 0) + times

    def numbers(self, days: float) -> dict:
        """A day's programmed bytes and erased blocks, the most-worn block, years at this rate."""
        most = max(self.erased.values(), default=0)
        return {
            "flash_programmed_per_day": round(self.programmed_bytes / days),
            "flash_erased_per_day": round(sum(self.erased.values()) / days, 1),
            "flash_most_erased": most,
            "flash_years": round(CYCLES / most * days / 365) if most else None,
        }
