"""How a meter logs in at Huawei Cloud IoTDA: docs/platforms.md. In memory only meanwhile."""

from binascii import hexlify

from micropython import const

from firmware.core.calendar import utc
from firmware.core.hmac import hmac_sha256

_SOME_HOUR = const("2026010100")  # sign type 0: the platform does not look whether it is this one


def login(device, secret, now_s):
    """(client id, password) of an MQTT session. now_s: Unix time, None when it is not known."""
    # Once: an hour that ends between name and password would make them differ.
    hour = _SOME_HOUR if now_s is None else "%04d%02d%02d%02d" % utc(now_s)[:4]
    password = hexlify(hmac_sha256(hour.encode(), secret.encode()))
    return "%s_0_0_%s" % (device, hour), str(password, "ascii")
