"""Promise: wrong input gets one sentence and exit 2; Ctrl-C leaves nothing behind."""

import json
import os
import pty
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from rill.image import ROOT
from rill.store import Store

_RILL = [sys.executable, "-m", "rill"]
_KEYS = (
    "days wakes reports pulses_in pulses_counted ml_in ml_reported records_stored "
    "records_acked records_received records_unique records_lost duplicates bytes_published "
    "bytes_per_record messages wake_ms_median heap_peak_bytes elapsed_s"
)


def rill(*arguments, **more) -> subprocess.CompletedProcess:
    command = [*_RILL, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **more)


def test_json_is_one_object_with_every_number():
    done = rill("simulate", "--json")
    assert done.returncode == 0 and done.stderr == ""
    numbers = json.loads(done.stdout)
    assert set(_KEYS.split()) <= numbers.keys()
    assert numbers["days"] == 1 and numbers["pulses_in"] == numbers["pulses_counted"]


@pytest.mark.prove
def test_bytes_per_record_counts_payloads_only_and_published_counts_everything():
    n = json.loads(rill("simulate", "--json").stdout)
    payloads = n["bytes_per_record"] * n["records_stored"]
    assert payloads < n["bytes_published"] < payloads + 120 * (n["messages"] + n["reports"])


def test_the_summary_says_that_all_is_well_and_draws_each_hour():
    done = rill("simulate", "--seed", 4)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert sum(line.startswith("day 1") for line in lines) == 24
    assert max(map(len, lines)) <= 80


def test_no_broker_is_said_with_its_address():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        done = rill("simulate", "--broker", f"mqtt://{address}")
    assert done.returncode == 2
    assert address in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("t_s,ml\n5,10\n3,10\n", "line 3"),
        ("t_s,ml\n5,ten\n", "line 2"),
        ("time,volume\n1,2\n", "line 1"),
        ("", "water.csv"),
    ],
)
def test_a_wrong_trace_is_said_with_its_line(tmp_path, text, says):
    path = tmp_path / "water.csv"
    path.write_text(text)
    done = rill("simulate", "--trace", path)
    assert done.returncode == 2
    assert says in done.stderr and str(path) in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--days", "0"],
        ["--pulse-ml", "half"],
        ["--outage", "3600"],
        ["--outage", "-5:10"],
        ["--reset-every", "1"],
        ["--heap", "1"],
        ["--slot-s", "7"],
        ["--slot-s", "700"],
        ["--report-s", "5000"],
        ["--broker", "http://somewhere"],
        ["--trace", "no-such-file.csv"],
        ["--db", "no/such/folder/readings.db"],
    ],
)
def test_a_wrong_option_is_exit_2_and_says_why(arguments):
    done = rill("simulate", *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr and done.stderr.strip()
    assert done.stdout == ""


def test_a_heap_that_is_too_small_is_said_and_not_a_hang():
    done = rill("simulate", "--heap", 60_000)
    assert done.returncode == 1
    assert "MemoryError" in done.stderr


def test_readings_are_kept_in_the_database_and_added_to(tmp_path):
    path = tmp_path / "readings.db"
    assert rill("simulate", "--db", path).returncode == 0
    assert rill("simulate", "--db", path, "--seed", 2).returncode == 0
    with Store(path) as store:
        rows = store.rows("rill-0001")
    assert len(rows) == 50 and len({row["journal"] for row in rows}) == 2


def _processes_with(text: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if text in path.read_text(errors="replace"):
                found.append((path.parent / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it has ended, or is not ours to see
    return found


@pytest.mark.parametrize(
    "ended_by",
    [
        signal.SIGINT,
        pytest.param(signal.SIGTERM, marks=pytest.mark.prove),
        pytest.param(signal.SIGHUP, marks=pytest.mark.prove),
    ],
)
def test_ended_from_outside_it_leaves_no_process_and_no_folder(tmp_path, ended_by):
    terminal, stderr = pty.openpty()
    environment = {**os.environ, "TMPDIR": str(tmp_path), "TERM": "xterm"}
    command = [*_RILL, "simulate", "--days", "300"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=stderr, env=environment, cwd=ROOT
    ) as process:
        shown = b""
        while b"day 1" not in shown and b"day 2" not in shown:
            shown += os.read(terminal, 4096)  # it has begun
        assert any(tmp_path.iterdir())
        process.send_signal(ended_by)
        process.send_signal(ended_by)  # an impatient person
        out, _ = process.communicate(timeout=20)
    os.close(stderr)
    os.close(terminal)
    assert process.returncode == 130
    assert out == b""
    assert list(tmp_path.iterdir()) == []
    assert _processes_with(f"TMPDIR={tmp_path}") == []
