"""A Wi-Fi that is there when the world says so, and PPP."""

from border import LINK_UP, border


class WLAN:
    IF_STA = 0

    def __init__(self, interface):
        self._joining = False
        self._active = False

    def active(self, on):
        self._active = on

    def connect(self, ssid, password):
        if not self._active:
            raise OSError("Wifi Not Started")
        self._joining = True

    def isconnected(self):
        return self._joining and border.call(LINK_UP) == 1

    def disconnect(self):
        self._joining = False


def __getattr__(name):
    if name == "PPP":
        from ppp import PPP  # a board with Wi-Fi has no memory for it

        return PPP
    raise AttributeError(name)
