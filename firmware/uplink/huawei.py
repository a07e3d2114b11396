"""The profile "huawei": Huawei Cloud IoTDA over MQTT, docs/platforms.md.

The secret of the device is broker_password. No retain, no will; properties only, because the
platform has no events of one's own. Who logs in, what the meter tells of itself and what the
platform says to it are in memory one after the other; a Profile is as that of plain.py.
"""


class Profile:
    newest = None  # what add() was given of the last reading that was acknowledged
    desired = ()  # service, line and outcome of the last property that was a command

    def __init__(self, config, device, now_s):
        from firmware.uplink.huawei_login import login  # only here

        self.user = device
        self.client_id, self.password = login(device, config.broker_password, now_s)
        self.root = "$oc/devices/%s/sys/" % device

    def topic(self, stream):
        return self.root + "properties/report"

    def batch(self, fields, budget_bytes):
        from firmware.uplink.huawei_rows import Batch

        return Batch(fields, budget_bytes)

    def daily(self, status):
        from firmware.uplink.huawei_status import told

        yield self.topic("status"), told(status), False

    def closing(self, newest, measured, offset_ml):
        self.newest = newest or self.newest
        return ()

    def subscriptions(self):
        from firmware.uplink.huawei_commands import SUBSCRIPTIONS

        return [self.root + name for name in SUBSCRIPTIONS]

    def command_of(self, topic, payload):
        from firmware.uplink.huawei_commands import heard

        return heard(self, topic, payload)

    def answer(self, context, outcome):
        from firmware.uplink.huawei_commands import answer

        return answer(self, context, outcome)

    def settled(self):
        from firmware.uplink.huawei_commands import settled

        return settled(self)
