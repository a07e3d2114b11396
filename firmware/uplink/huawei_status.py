"""What a meter says of itself to Huawei Cloud IoTDA: docs/platforms.md. In memory meanwhile."""

from firmware.uplink.huawei_entry import entry_of, services


def told(status):
    """The message; status: see telling.py."""
    time_s = status.pop("time_s", None)
    found = []
    if "modem" in status:
        found.append(entry_of("Connectivity", status.pop("modem"), time_s))
    if "battery_mv" in status:
        battery = {"battery_mv": status.pop("battery_mv")}
        found.append(entry_of("Battery", battery, time_s))
    status["reset_causes"] = ",".join(status["reset_causes"])
    found.append(entry_of("DeliverySchedule", status, time_s))
    return services(found)
