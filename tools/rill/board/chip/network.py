"""A Wi-Fi that is there when the world says so, and PPP."""

from border import LINK_UP, border


class WLAN:
    IF_STA = 0
    _joining = _active = False  # of the one radio, whoever asks for it

    def __init__(self, interface):
        pass

    def active(self, on):
        WLAN._active = on

    def connect(self, ssid, password):
        if not self._active:
            raise OSError("Wifi Not Started")
        WLAN._joining = True

    def isconnected(self):
        return self._joining and border.call(LINK_UP) > 0

    def disconnect(self):
        WLAN._joining = False

    def status(self, what):
        if what != "rssi":
            raise ValueError(what)
        if not self.isconnected():
            raise OSError("Wifi Not Connected")
        return -border.call(LINK_UP)


def __getattr__(name):
    if name == "PPP":
        from ppp import PPP  # a board with Wi-Fi has no memory for it

        return PPP
    raise AttributeError(name)
