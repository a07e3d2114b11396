"""What a simulation says of the water's quality: values and their flags, a purifier."""

from collections import Counter

from rill.message import QUALITY_FLAGS, QUALITY_KINDS
from rill.purifier import Purifier


def quality_numbers(found: list[dict]) -> dict:
    """How many quality values have arrived, and how many of each kind with each flag."""
    flags: dict[str, Counter] = {}
    for value in found:
        counts = flags.setdefault(QUALITY_KINDS[value["kind"]], Counter())
        counts[QUALITY_FLAGS[value["flag"]]] += 1
    return {
        "quality_received": len(found),
        "quality_flags": {kind: dict(counts) for kind, counts in flags.items()},
    }


def purifier_numbers(purifier: Purifier | None, found: list[dict]) -> dict:
    """Of a purifier: what went in, and the last value of each kind that was reported."""
    if purifier is None:
        return {}
    last = {QUALITY_KINDS[one["kind"]]: one["value"] for one in found}
    return {"purifier_in": purifier.numbers(), "purifier_reported": last}
