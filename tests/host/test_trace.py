"""Trace files are read exactly or refused with the place of the fault; pulses follow the water."""

import gzip
import json
import time
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rill.trace import DAY_S, US_PER_S, Trace, TraceError, read_trace

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
RECORDINGS = (
    "house_a_14d.csv",
    "house_b_90d.csv.gz",
    "house_sim_14d_1s.csv.gz",
    "leak_2lph_a_14d.csv.gz",
    "leak_120lph_a_14d.csv.gz",
    "leak_flapper_1l_25lph_a_14d.csv.gz",
    "leak_burst_1500lph_a_14d.csv.gz",
    "leak_mix_b_90d.csv.gz",
    "stopped_meter_a_14d.csv",
)
HEADER = b"t_s,ml\n"


def smallest_distance_s(rows):
    return min((after[0] - before[0] for before, after in pairwise(rows)), default=1)


@st.composite
def traces(draw):
    """Traces of up to 30 rows whose step_s is the smallest row distance."""
    volumes_ml = st.integers(0, 20_000)
    times_s = sorted(draw(st.sets(st.integers(0, 10_000), max_size=30)))
    rows = [(t_s, draw(volumes_ml)) for t_s in times_s]
    return Trace(rows, smallest_distance_s(rows))


def written(tmp_path, content, name="house.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def refusal(path):
    with pytest.raises(TraceError) as caught:
        read_trace(path)
    return str(caught.value)


# --- pulses ---


@settings(derandomize=True)
@given(traces(), st.integers(1, 12_000))
def test_after_every_row_the_count_is_the_whole_pulses_of_the_water_so_far(trace, pulse_ml):
    times_us = trace.pulse_times_us(pulse_ml)
    totals_ml = accumulate(ml for _, ml in trace.rows)
    for (t_s, _), total_ml in zip(trace.rows, totals_ml, strict=True):
        assert sum(t_us <= t_s * US_PER_S for t_us in times_us) == total_ml // pulse_ml


@settings(derandomize=True)
@given(traces(), st.integers(1, 12_000))
def test_every_pulse_lies_in_the_step_before_a_row_with_water_and_none_before_zero(
    trace, pulse_ml
):
    times_us = trace.pulse_times_us(pulse_ml)
    ends_us = [t_s * US_PER_S for t_s, ml in trace.rows if ml]
    step_us = trace.step_s * US_PER_S
    assert all(any(end - step_us <= t <= end for end in ends_us) for t in times_us)
    assert all(t >= 0 for t in times_us)


@settings(derandomize=True)
@given(traces(), st.integers(1, 12_000))
def test_pulse_times_never_go_back_and_their_number_is_the_total_over_the_pulse(trace, pulse_ml):
    times_us = trace.pulse_times_us(pulse_ml)
    assert list(times_us) == sorted(times_us)
    assert len(times_us) == trace.total_ml // pulse_ml


def test_the_pulses_of_a_row_are_spread_evenly_over_the_step_before_it():
    trace = Trace([(60, 500), (120, 3500), (180, 0)], step_s=60)
    assert list(trace.pulse_times_us(1000)) == [t * US_PER_S for t in (75, 90, 105, 120)]


def test_pulses_that_would_lie_before_the_start_happen_at_zero():
    trace = Trace([(20, 4000), (80, 0)], step_s=60)
    assert list(trace.pulse_times_us(1000)) == [0, 0, 5 * US_PER_S, 20 * US_PER_S]


@pytest.mark.parametrize("pulse_ml", [0, -10])
def test_a_pulse_of_less_than_a_millilitre_is_refused(pulse_ml):
    with pytest.raises(ValueError, match=f"pulse_ml of 1 or more, got {pulse_ml}"):
        Trace([(1, 1)], 1).pulse_times_us(pulse_ml)


# --- the trace ---


def test_a_trace_without_rows_has_no_water_no_end_and_no_pulses():
    trace = Trace([], 1)
    assert (trace.total_ml, trace.end_s, list(trace.pulse_times_us(1))) == (0, 0, [])


def test_the_first_days_keep_the_row_at_midnight_and_the_step_of_the_whole():
    trace = Trace([(30, 1), (DAY_S, 2), (DAY_S + 30, 4)], step_s=30)
    assert trace.first_days(1) == Trace([(30, 1), (DAY_S, 2)], step_s=30)
    assert trace.first_days(0) == Trace([], step_s=30)
    assert trace.first_days(2) == trace


# --- reading ---


@settings(derandomize=True)
@given(traces().filter(lambda trace: trace.rows), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_a_written_trace_reads_back_the_same(tmp_path_factory, trace, packed, line_end):
    text = line_end.join(["t_s,ml", *(f"{t_s},{ml}" for t_s, ml in trace.rows), ""]).encode()
    path = tmp_path_factory.getbasetemp() / "round.csv"
    path.write_bytes(gzip.compress(text) if packed else text)
    assert read_trace(path) == trace


def test_gzip_is_told_by_content_not_by_name(tmp_path):
    content = HEADER + b"5,7\n"
    assert read_trace(written(tmp_path, gzip.compress(content), "a.csv")) == Trace([(5, 7)], 1)
    assert read_trace(written(tmp_path, content, "b.csv.gz")) == Trace([(5, 7)], 1)


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n", b"\r\n\r\n"])
def test_a_missing_line_end_or_a_trailing_empty_line_is_fine(tmp_path, end):
    trace = read_trace(written(tmp_path, HEADER + b"60,1\n180,2\n240,0" + end))
    assert trace == Trace([(60, 1), (180, 2), (240, 0)], step_s=60)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "line 1: expected the header t_s,ml, got an empty file"),
        (b"time,ml\n1,2\n", "line 1: expected the header t_s,ml, got 'time,ml'"),
        (b"T_S,ml\n1,2\n", "line 1: expected the header t_s,ml, got 'T_S,ml'"),
        (b"\x7fELF\x00" * 20, "line 1: expected the header t_s,ml, got '\\x7fELF"),
        (HEADER, "line 2: expected at least one row, got the end of the file"),
        (HEADER + b"\n", "line 2: expected at least one row, got the end of the file"),
        (HEADER + b"1,2\n3\n", "line 3: expected 2 columns, got 1"),
        (HEADER + b"1,2,3\n", "line 2: expected 2 columns, got 3"),
        (HEADER + b"1,2\n\n3,4\n", "line 3: expected 2 columns, got an empty line"),
        (HEADER + b"1,2\n3,x\n", "line 3: expected a whole number of at most 12 digits as ml"),
        (HEADER + b"1.5,2\n", "line 2: expected a whole number of at most 12 digits as t_s"),
        (HEADER + b"1,2 \n", "line 2: expected a whole number of at most 12 digits as ml"),
        (HEADER + b"1,1_0\n", "line 2: expected a whole number of at most 12 digits as ml"),
        (HEADER + b"1," + b"9" * 13, "line 2: expected a whole number of at most 12 digits as ml"),
        (HEADER + b"1," + b"9" * 9999, "line 2: expected a whole number of at most 12 digits"),
        (HEADER + b"1,\n", "line 2: expected a whole number of at most 12 digits as ml, got ''"),
        (HEADER + b"-1,2\n", "line 2: expected t_s of 0 or more, got -1"),
        (HEADER + b"1,2\n2,-3\n", "line 3: expected ml of 0 or more, got -3"),
        (HEADER + b"60,1\n120,1\n90,1\n", "line 4: expected ascending t_s, got 90 after 120"),
        (HEADER + b"60,1\n60,1\n", "line 3: expected ascending t_s, got 60 after 60"),
        (HEADER + b"1,2\n2,\xc3\xa9\n", "line 3: expected ASCII text, got '2,\\xc3\\xa9'"),
    ],
)
def test_a_faulty_file_is_refused_with_its_name_the_line_and_what_was_expected(
    tmp_path, content, complaint
):
    path = written(tmp_path, content)
    message = refusal(path)
    assert message.startswith(f"{path} {complaint}")
    assert "\n" not in message and len(message) < len(str(path)) + 160


def test_a_file_that_cannot_be_opened_is_refused_with_its_name_and_the_reason(tmp_path):
    missing = tmp_path / "nowhere.csv"
    assert (
        refusal(missing) == f"{missing}: expected a readable file, got: No such file or directory"
    )
    assert refusal(tmp_path) == f"{tmp_path}: expected a readable file, got: Is a directory"


def test_broken_gzip_is_refused_wherever_it_breaks(tmp_path):
    rows = b"".join(b"%d,%d\n" % (t_s, t_s * 7919 % 1000) for t_s in range(50_000))
    packed = bytearray(gzip.compress(HEADER + rows))
    expected = "expected intact gzip data, got: "
    assert f"line 1: {expected}" in refusal(written(tmp_path, packed[:4]))
    assert expected in refusal(written(tmp_path, packed[:-9]))
    assert expected + "Not a gzipped" in refusal(written(tmp_path, packed + b"PK tail"))
    packed[-6] ^= 0xFF
    assert expected + "CRC check failed" in refusal(written(tmp_path, packed))
    packed[11:40] = b"\xff" * 29
    assert expected + "Error -3" in refusal(written(tmp_path, packed))


def test_a_recording_of_150_000_rows_is_read_in_well_under_a_second(tmp_path):
    rows = b"".join(b"%d,%d\n" % (t_s, t_s % 200) for t_s in range(150_000))
    path = written(tmp_path, gzip.compress(HEADER + rows))
    began_s = time.process_time()
    read_trace(path)
    assert time.process_time() - began_s < 1.0


# --- the real recordings ---


def first_day_hourly_ml(trace):
    """Water per hour of day 1; a row at a full hour belongs to the hour that ends there."""
    hours_ml = [0] * 24
    for t_s, ml in trace.first_days(1).rows:
        hours_ml[(t_s - 1) // 3600] += ml
    return hours_ml


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_real_recording_gives_the_litres_pulses_and_hours_stated_for_it(name):
    if not (DATA / name).exists():
        pytest.skip(f"recordings are not here: {DATA / name}")
    expected = json.loads((DATA / "expected.json").read_text())["traces"][name]
    trace = read_trace(DATA / name)
    assert trace.total_ml / 1000 == expected["litres"]
    assert len(trace.pulse_times_us(1_000)) == expected["pulses_1l"]
    assert len(trace.pulse_times_us(10_000)) == expected["pulses_10l"]
    assert first_day_hourly_ml(trace) == expected["first_day_hourly_ml"]
