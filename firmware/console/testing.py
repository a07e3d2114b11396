"""The self-test: each part tried, a report over the link included; the battery meanwhile."""

from micropython import const

from firmware.core import fault
from firmware.passing import call

_MODEM = const((1, 2, 3, 15, 16, 17, 19))  # of core/fault.py: where a report ends with each
_SIM = const((4, 5))
_NETWORK = const((6, 7, 8, 21))


class _Loaded:
    """A power port, and the lowest voltage of the cell while the radio has work."""

    def __init__(self, power, battery):
        self._power = power
        self._battery = battery
        self.lowest_mv = battery.read_mv()

    def feed(self):
        self._power.feed()
        self.lowest_mv = min(self.lowest_mv, self._battery.read_mv())

    def unique_id(self):
        return self._power.unique_id()


def test(session):
    failed = 0
    for line in checks(session):
        print(_line("shown", line))
        failed += line[1] is False
    print("all passed" if not failed else "%d FAILED" % failed)


def checks(session):
    """Lines of service/check_lines.py, one after the other as they are known."""
    for line in call("firmware.console.trying", "lines", session):
        yield line
    config = session.settings
    if config is None:
        return
    session.use()
    loaded = _Loaded(session.power, session.battery)
    rest_mv = loaded.lowest_mv
    found = _reported(session, config, loaded)
    yield _line("battery_line", rest_mv, loaded.lowest_mv, config.battery_low_mv)
    for line in found:
        yield line


def _line(name, *values):
    """What a function of check_lines.py makes of them: a report has no room for its texts."""
    return call("firmware.service.check_lines", name, *values)


def _reported(session, config, loaded):
    """Lines of what a report needs, as far as it came."""
    from firmware.console.reports import sent

    if not config.broker_host:
        return [_line("broker_line", None, 0, 0)]
    is_through, found, cause = sent(session, loaded)
    if is_through:
        found = 0
    from firmware.storage.modem_state import ModemState

    lines, has_modem = [], config.link != "wifi"
    if has_modem:
        lines.append(_line("link_line", "modem", found not in _MODEM, found, cause))
        if found in _MODEM:
            return lines
        lines.append(_line("link_line", "SIM", found not in _SIM, found, cause))
        if found in _SIM:
            return lines
    what = "network" if has_modem else "Wi-Fi"
    if found == fault.BUDGET:
        lines.append(_line("link_line", what, None, found, cause))
        return lines
    lines.append(_line("link_line", what, found not in _NETWORK, found, cause))
    if has_modem:
        lines.append(_line("signal_line", ModemState(session.retained).rsrp_dbm))
    if found not in _NETWORK:
        lines.append(_line("broker_line", is_through, found, cause))
    return lines
