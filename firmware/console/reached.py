"""How far the report of a self-test came. In memory only behind it."""

from firmware.core import fault
from firmware.service.check_lines import broker_line, link_line, signal_line
from firmware.storage.modem_state import ModemState

# What a report has to get through before the broker, and what ends it there.
_OVER_MODEM = (
    (
        "modem",
        (
            fault.SILENT, fault.OTHER, fault.SPEED, fault.TIMEOUT, fault.RESTARTED, fault.REFUSED,
            fault.PPP,
        ),
    ),
    ("SIM", (fault.SIM, fault.PIN)),
    ("network", (fault.DENIED, fault.COVERAGE, fault.CONTEXT)),
)  # fmt: skip
_OVER_WIFI = (("Wi-Fi", (fault.WIFI,)),)
_NO_PLACE = (0, fault.BUDGET, fault.MEMORY)  # they do not tell how far it came


def lines(session, wifi_dbm, is_through, found, cause):
    """Of check_lines.py: what the report did not come to is open. is_through, found, cause: of
    reports.sent(). wifi_dbm: 0 when it was not heard.
    """
    if is_through:
        found = 0
    is_wifi = session.config.link == "wifi"
    is_told = is_through or found not in _NO_PLACE
    passed, said = is_told or None, []
    for what, faults in _OVER_WIFI if is_wifi else _OVER_MODEM:
        was_tried = passed
        if passed and found in faults:
            passed = False
        said.append(link_line(what, passed, found, cause))
        passed = passed or None
    if not (passed or was_tried and not is_wifi):
        said.append(link_line("signal", None, 0, 0))
    elif is_wifi:
        said.append(signal_line(wifi_dbm, True))
    else:
        said.append(signal_line(ModemState(session.retained).rsrp_dbm, False))
    if passed or not is_told:
        said.append(broker_line(is_through, found, cause))
    else:
        said.append(link_line("broker", None, 0, 0))
    return said
