"""What the meter knows of itself, as a dictionary: for the prompt and for a laptop."""

from firmware.app import journal_place
from firmware.hal.chip import name as chip_name
from firmware.service.local_time import local
from firmware.version import VERSION

_COUNTS = ("not seen in sleep yet", "yes", "no")  # by state.pace


def status(session):
    """Texts, whole numbers in the unit that ends the key, lists; "" and None: not known."""
    state, config = session.state, session.settings
    now_s, chip_id = session.now_s(), session.power.unique_id()
    broker = config.broker_host if config else ""
    return {
        "device": config.device_name(chip_id) if config else "",
        "chip": "%s %s" % (chip_name(), "".join(["%02x" % byte for byte in chip_id])),
        "firmware": VERSION,
        "journal": journal_place(),
        "time_s": now_s or None,
        "local_time": local(now_s, config.timezone_min) if now_s and config else "",
        "odometer_ml": state.odometer_ml,
        "body_ml": state.odometer_ml + state.offset_ml,
        "pulses": state.pulses,
        "pulse_weight_ml": config.pulse_weight_ml if config else None,
        "pulse_weight_pulses": config.pulse_weight_pulses if config else None,
        "battery_mv": session.battery.read_mv(),
        "counts_in_sleep": _COUNTS[state.pace] if state.pace < len(_COUNTS) else "",
        "configuration": _configuration(state),
        "link": config.link if config else "",
        "broker": "%s:%d" % (broker, config.broker_port) if broker else "",
        "readings_waiting": max(0, state.next_seq - state.cursor_seq),
        "events_waiting": max(0, state.event_next_seq - state.event_cursor_seq),
        "reports_failed": state.failures,
        "last_report": _last_report(session),
        "wrong": _wrong(session, config),
    }


def _configuration(state):
    if state.refused_crc:
        known = "the last good one is" if state.is_configured else "the defaults are"
        return "missing or refused, %s in force" % known
    return "accepted" if state.is_configured else "never set: defaults"


def _last_report(session):
    """A sentence; "" as long as none was tried."""
    from firmware.service.link_faults import sentence
    from firmware.storage.modem_state import ModemState

    state, known = session.state, ModemState(session.retained)
    if not state.failures:
        return "got through" if state.cursor_seq > 1 else ""
    return sentence(known.fault, known.cause) if known.fault else "failed"


def _wrong(session, config):
    """What needs somebody, in sentences."""
    found, state = [], session.state
    if _has(session.files, "restoring"):
        found.append("A `rill restore` has begun and not ended: run it again, it continues")
    if _has(session.files, "erasing"):
        found.append("A meter.erase() has begun and not ended: once more, it goes on")
    if state.pace == 2:
        found.append("The coprocessor does not count in sleep: water is lost. meter.test()")
    if state.refused_crc:
        found.append("config.json is missing or refused: meter.events() says why")
    if state.store_faults or state.storage_faults:
        found.append("The journal can't be used: meter.test()")
    if state.failures:
        found.append("%d reports in a row have failed: meter.link()" % state.failures)
    if state.crashes:
        found.append("%d wakes in a row did not end in sleep: meter.events()" % state.crashes)
    if config and not config.broker_host:
        found.append("No broker is set: nothing is reported. meter.configure(broker_host=...)")
    return found


def _has(files, name):
    try:
        return files.size(name) is not None
    except OSError:
        return False  # who asks a meter with a broken flash gets his answer, too


def cubic_metres(ml):
    """1234567 mL as "1.235 m3"."""
    sign, litres = "-" if ml < 0 else "", (abs(ml) + 500) // 1000
    return "%s%d.%03d m3" % (sign, litres // 1000, litres % 1000)
