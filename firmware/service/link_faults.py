"""A fault of the link in a sentence: what it is, and what a person can do about it."""

from firmware.core import fault, ladder

SENTENCES = {
    fault.SILENT: "No modem answers: check its supply, the key, and RX and TX, perhaps swapped.",
    fault.OTHER: "It is another modem than the configured one: set modem in config.json.",
    fault.SPEED: "The modem spoke at %d baud and was told the right speed: nothing to do.",
    fault.SIM: "The SIM is missing or broken (CME %d): take it out, clean it, put it in again.",
    fault.PIN: "The SIM is locked (CME %d): switch its PIN off in a phone.",
    fault.DENIED: "The network denies the registration (cause %d): ask its operator whether this "
    "SIM is active and has NB-IoT. It is asked again after a day at the most.",
    fault.COVERAGE: "No network is found (state %d): check antenna and band, or move the antenna.",
    fault.CONTEXT: "The network gives no address (cause %d): check apn and the data plan.",
    fault.DNS: "The broker's name is not known (cause %d): check broker_host.",
    fault.CONNECT: "The broker can't be reached (cause %d): check broker_host, broker_port, and "
    "that its firewall lets the operator's network in.",
    fault.BROKER: "The broker refuses (CONNACK %d; 4, 5: user or password): check broker_user.",
    fault.TLS: "TLS fails (%d): check broker.der, the broker's certificate, and the clock.",
    fault.PUBACK: "The broker did not acknowledge in time: poor coverage, or a busy broker.",
    fault.CLOSED: "The connection ended (cause %d): coverage is poor, or the broker hung up.",
    fault.TIMEOUT: "The modem did not answer a command: it was busy; if it stays so, replace it.",
    fault.RESTARTED: "The modem restarted under way: the cell or its capacitor is too weak.",
    fault.REFUSED: "The modem refused a command (CME %d): its firmware may be too old.",
    fault.PPP: "PPP does not come up: set link to nbiot, or look at the modem's firmware.",
    fault.WIFI: "The Wi-Fi network is not joined: check wifi_ssid, wifi_password, the distance.",
    fault.MEMORY: "The meter had no memory left for it: tell whoever makes the firmware.",
    fault.BUDGET: "The energy of the day, or the time of a report, is spent: by a fault before, "
    "or in poor coverage.",
}
_RUNGS = {
    ladder.SOCKET: "another connection", ladder.ADDRESS: "the broker's address anew",
    ladder.PDP: "another address from the network", ladder.ATTACH: "joining the network anew",
    ladder.RESET: "a reset by command", ladder.KEY: "a reset by pin or key",
    ladder.SUPPLY: "its supply cut",
}  # fmt: skip


def sentence(found, cause):
    """What is wrong, and what to do; found, cause: of core/fault.py."""
    text = SENTENCES.get(found, "Fault %d is of another firmware." % found)
    return text % cause if "%d" in text else text


def tried(rung):
    """What the last rung was, "nothing"."""
    return _RUNGS.get(rung, "nothing")
