"""What an alarm means and what to do, for people."""

from rill.leaks.running import Alarm

_WORDS = {
    ("continuous", "notice"): "Water has not stood still for a day or more: look for a dripping "
    "tap, a cistern that refills, a hose.",
    ("continuous", "alarm"): "Water has been running for days without a pause: this is a leak. "
    "Close the stop valve and see whether the meter stands still.",
    ("small_leak", "notice"): "Even the quietest hours of the day use more water than before: "
    "perhaps a small leak, perhaps guests.",
    ("burst", "notice"): "Very much water has been running without a break, as from a broken pipe "
    "or an open hydrant.",
    ("burst", "alarm"): "Very much water still runs: a pipe may have burst. Close the stop valve "
    "now, unless somebody waters a garden.",
    ("high_use", "notice"): "More water was used in a day than is usual here.",
    ("high_use", "alarm"): "Several times as much water was used in a day as is usual here.",
    ("reverse", "notice"): "Water flows back through the meter: a check valve may be stuck.",
    ("reverse", "alarm"): "Much water flows back through the meter: it may be fitted the wrong "
    "way round, or a pump feeds into the mains.",
    ("no_flow", "notice"): "No water has been used for weeks: is the home empty, "
    "or does the meter stand still?",
    ("no_flow", "alarm"): "No water has been used for twice that time: have the meter looked at.",
    ("freeze", "notice"): "The water is near freezing: protect the meter and the pipes.",
    ("freeze", "alarm"): "The water freezes: pipes and meter may break.",
    ("tamper", "alarm"): "A magnet, a cut cable or an opened case was seen. It stays until the "
    "utility clears it.",
    ("battery", "notice"): "The battery will not last as long as planned: plan its exchange.",
    ("quality", "notice"): "A value of the water's quality is above its limit.",
    ("quality", "alarm"): "A value of the water's quality has been above its limit for a day.",
}


def sentence(alarm: Alarm) -> str:
    return _WORDS[alarm.kind, alarm.level]
