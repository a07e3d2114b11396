"""How well the Wi-Fi network is heard: for the self-test, other wakes do not ask."""

import network


def signal_dbm():
    """Whole dBm, 0: no network is joined."""
    wlan = network.WLAN(network.WLAN.IF_STA)
    return wlan.status("rssi") if wlan.isconnected() else 0
