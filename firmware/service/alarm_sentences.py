"""An alarm that is on, for a person: what it is, since when, how much, what to do."""

from micropython import const

from firmware.core.leaks.names import KINDS

_MINUTE_S, _HOUR_S, _DAY_S = const(60), const(3600), const(86_400)
# What it is, and what to do; notice and alarm.
SENTENCES = {
    "continuous": (
        ("Water has not stood still", "look for a dripping tap, a cistern that refills, a hose"),
        ("A leak: water never stands still", "close the stop valve; the meter must stand still"),
    ),
    "small_leak": (
        ("The quietest hours use more than usual", "look for a small leak; guests do that, too"),
    ),
    "burst": (
        ("Very much water without a pause", "look for a broken pipe or an open hydrant"),
        ("A pipe may have burst", "close the stop valve now, unless a garden is watered"),
    ),
    "high_use": (
        ("More water in a day than is usual here", "ask what it was used for"),
        ("Several times a usual day's water", "ask what it was used for, look for a leak"),
    ),
    "reverse": (
        ("Water flows back through the meter", "have the check valve looked at"),
        ("Much water flows back", "is the meter the right way round? Does a pump feed the mains?"),
    ),
    "no_flow": (
        ("No water has been used for weeks", "is the home empty, or does the meter stand?"),
        ("No water for twice that time", "have the meter looked at"),
    ),
    "freeze": (
        ("The water is near freezing", "protect the meter and the pipes"),
        ("The water freezes", "pipes and meter may break: drain them or warm them"),
    ),
    "tamper": (
        ("Somebody may have tampered with the meter", "look at it, then clear the alarm"),
        ("Somebody has tampered with the meter", "look at it, then clear the alarm"),
    ),
    "battery": (("The battery will not last as planned", "plan its exchange"),),
    "quality": (
        ("A value of the water's quality is above its limit", "see the last readings"),
        ("A value has been above its limit for a day", "see the last readings, take a sample"),
    ),
}  # fmt: skip


def sentence(change, up_s, begun="", signs=""):
    """change: of Watch.active(). up_s: of now. begun: its since_s as a date, "": not known.
    signs: of tampering, as words.
    """
    words = SENTENCES[KINDS[change.kind - 1]]
    what, remedy = words[min(change.level, len(words)) - 1]
    if KINDS[change.kind - 1] == "tamper" and signs:
        what += " (%s)" % signs
    text = "%s, since %s" % (what, _age(up_s - change.since_s))
    text += " (%s)" % begun if begun else ""
    if change.rate_ml_h:
        rate, error = _litres(change.rate_ml_h), _litres(change.rate_error_ml_h)
        text += ": %s (+-%s) L/h, %s L so far" % (rate, error, _litres(change.lost_ml))
    return "%s. What to do: %s." % (text, remedy)


def _age(s):
    for unit_s, name in ((_DAY_S, "days"), (_HOUR_S, "hours")):
        if s >= 2 * unit_s:
            return "%d %s" % (s // unit_s, name)
    return "%d minutes" % (s // _MINUTE_S)


def _litres(ml):
    return "%d.%d" % (ml // 1000, ml % 1000 // 100)
