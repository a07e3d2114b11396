"""Promise: the commands of the head end say in one sentence what is wrong; 2 is wrong input."""

import csv
import io
import json
import socket
import subprocess
import sys

import pytest

from collecting import Collecting, Publisher, payload
from rill.authority import Authority
from rill.broker import Broker, find_mosquitto
from rill.image import ROOT
from rill.message import decode
from rill.signing import sign
from rill.store import Store

KEY = bytes(range(32))


@pytest.fixture
def keys(tmp_path):
    path = tmp_path / "keys"
    path.write_text(f"m {KEY.hex()}\n")
    return path


@pytest.fixture(scope="module")
def broker():
    with Broker.local() as started:
        yield started


def url(broker):
    return f"mqtt://{broker.host}:{broker.port}"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--broker", "http://host"], "mqtt://"),
        (["--broker", "mqtt://ann:secret@host:0"], "mqtt://"),
        (["--broker", "mqtt://host", "--ca", "ca.pem"], "mqtts://"),
        (["--broker", "mqtts://host", "--ca", "no-such.pem"], "no-such.pem"),
        (["--broker", "mqtts://host", "--cert", "no-such.pem"], "no-such.pem"),
        (["--broker", "mqtts://host", "--key", "key.pem"], "--cert"),
        (["--broker", "mqtt://host", "--keys", "no-such.keys"], "no-such.keys"),
        (["--broker", "mqtt://host", "--db", "no/such/folder.db"], "no/such/folder.db"),
        (["--broker", "mqtt://host", "--db", "postgresql://a:secret@127.0.0.1:1/x"], "127.0.0.1"),
        (["--broker", "mqtt://host", "--db", "postgresql://a:%secret@127.0.0.1:1/x"], "%25"),
        (["--broker", "mqtt://host", "--db", "postgresql://a:x@secret@127.0.0.1:1/x"], "%40"),
        (["--broker", "mqtt://host", "--share", "a/b"], "a/b"),
    ],
)
def test_wrong_options_of_collect_are_told(rill, tmp_path, more, says):
    db = [] if "--db" in more else ["--db", tmp_path / "rill.db"]
    status, out, err = rill("collect", *db, *more)
    assert status == 2 and out == ""
    assert says in err and "secret" not in err and "Traceback" not in err
    assert len(err.splitlines()) == 1 or "usage" in err


def test_nobody_at_the_brokers_address_is_told(rill, tmp_path, keys):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        for command in (["collect"], ["send", "m", "sample", "--keys", keys]):
            made = [*command, "--broker", f"mqtt://{address}", "--db", tmp_path / "rill.db"]
            status, out, err = rill(*made)
            assert (status, out) == (2, "")
            assert address in err and len(err.splitlines()) == 1


def test_a_database_of_another_kind_is_told(rill, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("these are not readings, and not a database either. " * 40)
    status, _, err = rill("collect", "--broker", "mqtt://127.0.0.1:1", "--db", path)
    assert status == 2 and "notes.txt" in err and len(err.splitlines()) == 1


def test_the_wrong_password_is_told_and_not_shown(rill, tmp_path):
    if find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    folder = tmp_path / "secure"
    certificate, key = (authority := Authority()).issue(folder, "127.0.0.1")
    (folder / "ca.pem").write_bytes(authority.pem())
    (nobody := folder / "passwords").write_text("")
    more = f"password_file {nobody}\n"
    with Broker.local("mosquitto", (certificate, key), more) as started:
        port = started.tls_port
        options = ["collect", "--db", tmp_path / "rill.db", "--broker"]
        right_ca = ["--ca", folder / "ca.pem"]
        status, _, err = rill(*options, f"mqtts://ann:secret@127.0.0.1:{port}", *right_ca)
        assert status == 2 and "Not authorized" in err and "secret" not in err
        assert len(err.splitlines()) == 1
        status, _, err = rill(*options, f"mqtts://127.0.0.1:{port}")
        assert status == 2 and "certificate is refused" in err and len(err.splitlines()) == 1


def test_what_is_collected_is_exported(broker, rill, address):
    collecting = Collecting(broker, address)
    event = payload("m", 1, 1, "events")
    probe = payload("m", 4, 1, rows=[[4, None, 5, 5, 3600, 0, 2, 7, 60, [[1, 0, 2105, 9, 7]]]])
    with Publisher(broker) as publisher, Store(address) as store:
        publisher.publish([("rill/m/readings", payload("m", 1, 3)), ("rill/x/readings", b"?")])
        publisher.publish([("rill/m/events", event), ("rill/m/readings", probe)])
        publisher.publish([("rill/n/readings", payload("n", 1, 2))])
        collecting.wait_until(lambda: store.counts() == {"m": 4, "n": 2})
    collecting.stop()
    assert collecting.said[-1]["bad_messages"] == 1 and "bad" in collecting.said[0]

    status, out, _ = rill("export", "--db", address, "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert status == 0 and [row["seq"] for row in rows] == ["1", "2", "3", "4", "1", "2"]
    assert rows[3]["time_s"] == "" and rows[3]["uptime_s"] == "60"
    _, out, _ = rill("export", "--db", address, "--json", "--device", "n")
    assert [json.loads(line)["device"] for line in out.splitlines()] == ["n", "n"]
    _, out, _ = rill("export", "--db", address, "--json", "--stream", "events")
    assert json.loads(out)["text"] == "A. Miller"
    _, out, _ = rill("export", "--db", address, "--json", "--stream", "quality")
    assert json.loads(out)["value"] == 2105


def test_export_makes_no_database(rill, tmp_path):
    status, out, err = rill("export", "--csv", "--db", tmp_path / "none.db")
    assert (status, out) == (2, "") and "none.db" in err
    assert not (tmp_path / "none.db").exists()


def test_who_reads_an_export_may_stop(tmp_path):
    path = tmp_path / "rill.db"
    with Store(path) as store:
        for first in range(1, 3000, 1000):
            store.add(decode(payload("m", first, 1000)))
    command = [sys.executable, "-m", "rill", "export", "--db", str(path), "--csv"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline().startswith(b"device,")
        process.stdout.close()
        assert process.stderr.read() == b"" and process.wait() == 0


def test_a_message_is_decoded_for_people(rill, tmp_path):
    path = tmp_path / "payload"
    path.write_bytes(
        payload("m", 4, 1, rows=[[4, None, 5, 5, 3600, 0, 2, 7, 60, [[1, 1, None, 0, 7]]]])
    )
    status, out, _ = rill("decode", path, "--topic", "rill/m/readings")
    assert status == 0 and "water_centi_c rejected (below_range)" in out and "m: readings" in out
    path.write_bytes(payload("m", 4, 1, offset_ml=-5000))
    assert "the body shows -5000 mL more" in rill("decode", path)[1]
    path.write_bytes(
        payload("m", 4, 1, rows=[[4, None, 5, 5, 3600, 0, 2, 7, 60, [[1, 1, None, 0, 7]]]])
    )
    status, out, _ = rill("decode", path, "--json")
    assert json.loads(out)["rows"][0]["quality"][0]["flag"] == 1
    path.write_text(payload("m", 1, 1).hex())
    assert rill("decode", path, "--hex")[0] == 0


def test_the_text_of_an_event_is_shown_as_it_is(rill, tmp_path):
    path = tmp_path / "payload"
    for text, shown in (("[/x] [red]a :x:", "[/x] [red]a :x:"), ("\ud800\u001b", r"\ud800\x1b")):
        path.write_bytes(payload("m", 1, 1, rows=[[1, 0, 6, 0, 0, text, 0, 0]], stream="events"))
        status, out, _ = rill("decode", path)
        assert status == 0 and shown in out


@pytest.mark.parametrize(
    ("content", "more", "says"),
    [
        (b"\xff", [], "UTF-8"),
        (b"zz", ["--hex"], "hex digits"),
        (b"\xff", ["--hex"], "hex digits"),
        (payload("m", 1, 1), ["--topic", "rill/n/readings"], "rill/n/readings"),
        (b"{}", ["--topic", "rill/n/status"], "version"),
        (b"{}", ["--topic", "a/rill/n/status"], "version"),
        (None, [], "No such file"),
    ],
)
def test_what_cant_be_decoded_is_told(rill, tmp_path, content, more, says):
    path = tmp_path / "payload"
    if content is not None:
        path.write_bytes(content)
    status, out, err = rill("decode", path, *more)
    assert (status, out) == (2, "") and says in err and len(err.splitlines()) == 1


@pytest.mark.parametrize(("outcome", "status"), [("done", 0), ("refused", 1)])
def test_a_command_is_sent_and_its_answer_waited_for(
    broker, rill, tmp_path, keys, outcome, status
):
    address = tmp_path / "rill.db"
    with Publisher(broker) as meter:

        def answer(line):
            said = {"v": 2, "device": "m", "counter": int(line.split()[2]), "outcome": outcome}
            meter.send("rill/m/answers", json.dumps(said).encode())

        meter.listen("rill/m/commands", answer)
        made = ["send", "m", "expect_flow", 3, "--broker", url(broker), "--keys", keys]
        found, out, err = rill(*made, "--db", address, "--wait")
    assert (found, err) == (status, "")
    assert str(address) in out.splitlines()[0]  # whose counters they are
    assert json.loads(out.splitlines()[-1])["outcome"] == outcome
    with Store(address) as store:
        sent = store.database.run("SELECT * FROM commands")[0]
    assert sent["line"].split()[4:6] == ["expect_flow", "3"] and sent["is_sent"] == 1


def test_a_command_for_a_platform_is_printed_and_not_sent(rill, tmp_path, keys):
    made = ["send", "m", "report_s", 7200, "--print", "--keys", keys, "--db", tmp_path / "rill.db"]
    (status, first, err), (_, second, _) = rill(*made), rill(*made)
    assert status == 0 and "rill.db" in err and len(err.splitlines()) == 1
    counter, expires_s = first.split()[2:4]
    line = sign(KEY, "m", int(counter), int(expires_s), "report_s", 7200)
    assert first == line + "\n" and int(second.split()[2]) > int(counter)
    status, out, err = rill(*made, "--wait")
    assert (status, out) == (2, "") and "--wait" in err and len(err.splitlines()) == 1


def test_a_command_that_is_never_answered_ends_when_it_expires(broker, rill, tmp_path, keys):
    made = ["send", "m", "sample", "--broker", url(broker), "--keys", keys]
    made += ["--db", tmp_path / "rill.db", "--wait", "--expires-s", 1]
    status, out, _ = rill(*made)
    assert status == 1 and "not answered" in out


def test_a_meter_without_a_key_is_told(broker, rill, tmp_path, keys):
    made = ["send", "unknown", "sample", "--broker", url(broker), "--keys", keys]
    status, out, err = rill(*made, "--db", tmp_path / "rill.db")
    assert (status, out) == (2, "") and len(err.splitlines()) == 1 and KEY.hex() not in err


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("reboott", "reboot"),
        ("", "reboot"),
        ("reboot now", "nothing"),
        ("report_s", "60 to 604800"),
        ("report_s 59", "60 to 604800"),
        ("report_s 3600 3600", "60 to 604800"),
        ("report_s 03600", "60 to 604800"),
        ("timezone_min -0", "-720 to 840"),
        ("expect_flow 169", "168"),
        ("again 7 6", "FROM TO"),
        ("again 0 6", "FROM TO"),
        ("again 6", "FROM TO"),
        ("clear leak", "small_leak"),
        ("limits gb", "gb5749_small"),
        ("valve closed", "close"),
    ],
)
def test_what_no_meter_would_obey_is_refused_before_it_is_signed(rill, tmp_path, keys, line, says):
    name, *arguments = line.split(" ")
    made = ["send", "m", name, *arguments, "--print", "--keys", keys]
    status, out, err = rill(*made, "--db", tmp_path / "rill.db")
    assert (status, out) == (2, "") and says in err and len(err.splitlines()) == 1
    assert not (tmp_path / "rill.db").exists()  # and no counter is taken


@pytest.mark.parametrize(
    "line",
    ["report_s 3600", "slot_s 60", "burst_l_per_h 0", "burst_s 30", "timezone_min -210"]
    + ["limits who", "again 1 4711", "again_events 2 90", "sample", "clear burst"]
    + ["clear limits", "expect_flow 0", "valve close", "reboot"],
)
def test_what_is_documented_is_signed(rill, tmp_path, keys, line):
    name = line.split()[0]
    assert f"`{name}" in (ROOT / "docs" / "commands.md").read_text()
    made = ["send", "m", *line.split(), "--print", "--keys", keys]
    status, out, _ = rill(*made, "--db", tmp_path / "rill.db")
    assert status == 0 and f" {line} " in out
