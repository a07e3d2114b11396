"""What can be tried without a report: the counter, the flash, the probes."""

from micropython import const

from firmware.core.errors import MeterError
from firmware.passing import in_passing
from firmware.service import check_lines

_COUNT_MS = const(2000)


def lines(session):
    """Of check_lines.py."""
    found = [_counter(session)]
    if session.awake_counter is None:
        found.append(check_lines.sleep_line(session.state.pace))
    found.append(check_lines.flash_line(*session.change(lambda: _flash(session))))
    if session.settings is None:
        found.append(check_lines.config_line())
    else:
        found += in_passing(lambda: _probes(session, session.settings))
    return found


def _counter(session):
    before = session.take()
    session.clock.sleep_ms(_COUNT_MS)
    after = session.take()
    if before is None or after is None:
        return check_lines.awake_line(None)
    if after.polls is None:
        return check_lines.pulse_line(after.forward - before.forward & 0xFFFFFFFF)
    return check_lines.awake_line(after.polls - before.polls & 0xFFFFFFFF)


def _flash(session):
    """(True when it takes what is written, bytes free in the journal, why not)"""
    keeping = session.keeping
    try:
        store = keeping.store()
        keeping.vault.save(session.state)
        return True, store.files.free_bytes(), ""
    except (MeterError, OSError) as error:
        return False, 0, str(error)


def _probes(session, config):
    if not config.has_probes():
        return []
    from firmware.core.column import ANALOG_PINS
    from firmware.core.samples import is_always_on
    from firmware.probes import read

    centi_c, figures, numbers = read(config, session.clock)
    found = []
    if config.thermometer_pin >= 0:
        found.append(check_lines.probe_line("thermometer", centi_c, "%d hundredths of a degree"))
    for name, one in zip(ANALOG_PINS, figures):
        if getattr(config, name + "_pin") >= 0:
            found.append(check_lines.probe_line(name, one and one.uv // 1000, "%d mV"))
            if one and is_always_on(one):
                found.append(check_lines.supply_line(name, one.idle_uv))
    if config.instrument:
        said = [value for _, value in numbers if value is not None]
        found.append(check_lines.probe_line(config.instrument, len(said) or None, "%d values"))
    return found
