"""Names of the flags of a quality value, by number: docs/quality.md."""

FLAGS = (
    "good", "below_range", "over_range", "dry_or_open", "open", "short", "noisy", "stuck", "drift",
    "no_temp", "bad_85", "missing", "freeze_warning", "uncalibrated", "expired", "stale",
    "estimated",
)  # fmt: skip
