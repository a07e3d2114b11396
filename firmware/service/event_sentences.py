"""Each event in plain words, and what to do about it: at the prompt and in docs/field-guide.md."""

from firmware.core import event, power_event

# code: what has happened, with its before, after and text; what to do, "": nothing
SENTENCES = {
    event.BOOT: (
        "the meter started (%(reason)s)",
        "nothing, unless nobody was there: the cell or its contact may be weak",
    ),
    event.WAKE_FAILED: (
        "%(after)s wakes in a row did not end well",
        "if it goes on, note the lines at the serial port and tell whoever makes the firmware",
    ),
    event.CLOCK_SET: ("the clock was set", ""),
    event.CLOCK_DOUBTED: (
        "the network's time was not believed",
        "nothing: a second report that says the same is believed",
    ),
    event.CONFIG_CHANGED: ("setting %(text)s: %(change)s", ""),
    event.CONFIG_REFUSED: (
        "the configuration is refused: %(text)s",
        "mend config.json: meter.configure() checks what it writes",
    ),
    event.DROPPED: (
        "%(text)s %(before)s to %(after)s were dropped unsent",
        "the journal was full: see why reports fail, meter.link()",
    ),
    event.UNREADABLE: (
        "%(text)s %(before)s to %(after)s are not there",
        "nothing, once; if it comes back the flash is bad: replace the board, meter.hand_over()",
    ),
    event.JOURNAL_FAULT: (
        "%(before)s wakes without the journal; 1: made anew: %(after)s",
        "nothing, once; if it comes back replace the board",
    ),
    event.COUNTER_FAULT: (
        "the counter stood still or lost its memory",
        "compare with the register and set it, meter.set(); look at docs/ulp.md if it comes back",
    ),
    event.REPORTS_FAILED: ("%(before)s reports failed before one got through", ""),
    event.BODY_READING: ("the body reading was set by %(text)s", ""),
    event.HAND_OVER: ("this board follows another one: %(text)s", ""),
    event.QUALITY_FLAG: (
        "%(text)s: its flag was %(before)s and is %(after)s",
        "look the flag up in docs/quality.md; clean the probe, check its plug",
    ),
    event.QUALITY_LIMIT: (
        "%(text)s: %(before)s, limit %(after)s (0: below again)",
        "take a sample, tell the water works",
    ),
    event.CALIBRATED: ("calibrated: %(text)s", ""),
    event.FILTER_CHANGED: ("a new filter by %(text)s", ""),
    event.FILTER_LIFE: (
        "the filter is %(worn)s (%(text)s)",
        "put in a new one: meter.change_filter()",
    ),
    event.REJECTION: (
        "the membrane holds back %(before)s permille",
        "change the membrane, or check the probes",
    ),
    event.CALIBRATION_POINT: ("calibration point: %(text)s", ""),
    event.LINK: (
        "link fault %(before)s, cause %(after)s",
        "see the table of faults, or meter.link()",
    ),
    event.POWER_SAVING: (
        "the network grants other timers: %(text)s",
        "nothing, or ask the operator for PSM when the first number is -1",
    ),
    event.COMMAND: ("the head end commanded: %(text)s", ""),
    event.COMMAND_REFUSED: (
        "a command was refused (reason %(before)s)",
        "see the table of refusals; none of them is the technician's to mend",
    ),
    event.ALARM: ("alarm %(kind)s: level %(level)s", "meter.alarms() says what to do"),
    power_event.CONSUMER: (
        "more energy was taken in a day than any plan explains: %(text)s",
        "modem, reports: meter.link(); wakes: does the head chatter? supply: a switch is stuck",
    ),
    power_event.MODEM_RESET: (
        "the chip was reset under the modem, %(before)s times in a row: %(reset)s",
        "if it comes back: a new cell or its capacitor; of a watchdog: the modem hangs",
    ),
    power_event.NEW_CELL: ("a new cell is in, by %(text)s", ""),
    power_event.THRIFT: (
        "the cell is below its plan: level %(after)s (0: no longer), %(text)s",
        "plan a new cell: reports are rarer until meter.new_cell()",
    ),
}
_REASONS = ("power came", "reset", "watchdog", "brown-out")


def sentence(found):
    """found: Event. What it says, in a line without a date."""
    if found.code not in SENTENCES:
        return "event %d of another firmware" % found.code
    values = {
        "before": found.before,
        "after": found.after,
        "text": found.text,
        "change": _change(found.before, found.after),
        "reason": _REASONS[found.before] if 0 <= found.before < len(_REASONS) else "unknown",
        "worn": "spent" if found.after == 2 else "nearly spent",
        "reset": _reset(found.text),
        "kind": _kind(found.after),
        "level": found.after % 10,
    }
    return SENTENCES[found.code][0] % values


def _change(before, after):
    return "%d became %d" % (before, after) if before != after else "another text"


def _reset(text):
    """Why a reset under the modem came, by its number."""
    number = "".join([one for one in text if one.isdigit()])
    return _REASONS[int(number)] if number and int(number) < len(_REASONS) else "unknown"


def _kind(value):
    from firmware.core.leaks.names import KINDS

    n = value // 10
    return KINDS[n - 1] if 1 <= n <= len(KINDS) else str(n)
