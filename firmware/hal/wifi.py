"""The bench link: Wi-Fi. On the wall the radio is NB-IoT, behind the same calls."""

import network

from firmware.hal.sockets import SocketLink, wait_until


class WiFi(SocketLink):
    def __init__(self, ssid, password):
        self._ssid = ssid
        self._password = password
        self._wlan = network.WLAN(network.WLAN.IF_STA)

    def up(self, timeout_ms):
        self._wlan.active(True)
        self._wlan.connect(self._ssid, self._password)
        wait_until(self._wlan.isconnected, timeout_ms, "Wi-Fi network not joined")

    def down(self):
        self._wlan.disconnect()
        self._wlan.active(False)
