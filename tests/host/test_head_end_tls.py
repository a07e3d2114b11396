"""Promise: a broker that asks for certificates lets the head end in, by the rules of
docs/collector.md.
"""

import json

import pytest

from collecting import Collecting, Publisher, payload
from rill.authority import Authority
from rill.broker import Broker, find_mosquitto
from rill.image import ROOT
from rill.store import Store

_HUAWEI = "$oc/devices/m/sys/properties/report"
_METERS = "topic readwrite rill/#\ntopic write $oc/#\n\n"  # over the listener without TLS


@pytest.mark.skipif(not find_mosquitto(), reason="mosquitto is not installed")
def test_a_collector_and_an_operator_with_certificates_are_let_in(rill, tmp_path):
    authority, address = Authority(), tmp_path / "rill.db"
    (ca := tmp_path / "ca.pem").write_bytes(authority.pem())
    (keys := tmp_path / "keys").write_text(f"m {'00' * 32}\n")
    _, documented = (ROOT / "docs" / "collector.md").read_text().split("```\nuser collector\n")
    rules = "user collector\n" + documented.partition("```")[0]
    (acl := tmp_path / "acl").write_text(_METERS + rules)
    secure = f"cafile {ca}\nrequire_certificate true\nuse_identity_as_username true\n"
    certificate = authority.issue(tmp_path / "broker", "127.0.0.1")

    def of(user):
        cert, key = authority.issue(tmp_path / user, user)
        return "--ca", ca, "--cert", cert, "--key", key

    def answer(line):
        said = {"v": 2, "device": "m", "counter": int(line.split()[2]), "outcome": "done"}
        meter.send("rill/m/answers", json.dumps(said).encode())

    with Broker.local("mosquitto", certificate, f"acl_file {acl}\n", secure) as broker:
        collecting = Collecting(broker, address, *of("collector"))
        with Publisher(broker) as meter, Store(address) as store:
            meter.listen("rill/m/commands", answer)
            status = b'{"services":[{"service_id":"Battery","properties":{}}]}'
            meter.publish([("rill/m/readings", payload("m", 1, 3)), (_HUAWEI, status)])
            made = ["send", "m", "sample", "--wait", "--keys", keys, "--db", address]
            url = f"mqtts://{broker.host}:{broker.tls_port}"
            assert rill(*made, "--broker", url, *of("operator"))[0] == 0
            collecting.wait_until(lambda: len(store.database.run("SELECT 1 FROM answers")) == 1)
            assert store.counts() == {"m": 3}
            assert len(store.database.run("SELECT 1 FROM status")) == 1
        collecting.stop()
