"""The self-test: each part tried, a report over the link included; the battery meanwhile."""

from firmware.passing import call, once


class _Loaded:
    """A power port, and what is measured while the radio has work: the lowest voltage of the
    cell; with Wi-Fi the last signal in dBm, 0: none.
    """

    def __init__(self, power, battery, is_wifi):
        self._power = power
        self._battery = battery
        self._signal_dbm = once("firmware.hal.wifi_signal", "signal_dbm") if is_wifi else None
        self.lowest_mv = battery.read_mv()
        self.wifi_dbm = 0

    def feed(self):
        self._power.feed()
        self.lowest_mv = min(self.lowest_mv, self._battery.read_mv())
        if self._signal_dbm:
            self.wifi_dbm = self._signal_dbm() or self.wifi_dbm

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
    loaded = _Loaded(session.power, session.battery, config.link == "wifi")
    rest_mv = loaded.lowest_mv
    found = _reported(session, config, loaded)
    yield _line("battery_line", rest_mv, loaded.lowest_mv, config.battery_low_mv)
    for line in found:
        yield line


def _line(name, *values):
    """What a function of check_lines.py makes of them: a report has no room for its texts."""
    return call("firmware.service.check_lines", name, *values)


def _reported(session, config, loaded):
    """Lines of what a report needs."""
    if not config.broker_host:
        return [_line("broker_line", None, 0, 0)]
    from firmware.console.reports import sent

    how = sent(session, loaded)
    return call("firmware.console.reached", "lines", session, loaded.wifi_dbm, *how)
