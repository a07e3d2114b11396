"""Promise: pads, the ULP timer and edge files behave as on the chip, as far as documented."""

import gzip

import pytest

from ulp_cases import (
    ASKING,
    COUNTING,
    GPIO32,
    LOOKING,
    MUXED,
    OTHERS,
    SAMPLE,
    SLOWER,
    STATE0,
    STOPPING,
    assembled,
    loaded,
)
from ulp_emulator import (
    PADS,
    RTC_GPIO,
    Rtc,
    Timer,
    UlpError,
    read_channels,
    read_edges,
    ulp_address,
)


@pytest.fixture(scope="module")
def programs():
    return assembled(OTHERS)


@pytest.mark.parametrize(("gpio", "rtc_gpio"), [(36, 0), (34, 4), (25, 6), (32, 9), (27, 17)])
def test_a_pin_reads_0_until_its_pad_belongs_to_the_rtc(gpio, rtc_gpio):
    assert RTC_GPIO[gpio] == rtc_gpio
    pad, level = PADS[rtc_gpio], 1 << 14 + rtc_gpio
    rtc, trusting = Rtc(), Rtc(check_pads=False)
    for each in (rtc, trusting):
        each.set_level(rtc_gpio, 1)
    gpio_in, register = ulp_address(0x3FF48424), ulp_address(pad.register)
    assert (rtc.read(gpio_in), trusting.read(gpio_in)) == (0, level)
    rtc.write(register, 1 << pad.mux)
    assert rtc.read(gpio_in) == 0
    rtc.write(register, 1 << pad.mux | 1 << pad.input_enable)
    assert rtc.read(gpio_in) == level
    rtc.write(register, 0, 1 << pad.mux)
    assert rtc.read(gpio_in) == 0


def test_the_timer_polls_after_each_period_and_run(programs):
    timer = Timer(loaded(programs[SAMPLE], strict=True))
    timer.set_period_us(0, 5_000)
    timer.start(0)
    timer.advance_to(4_999)
    assert timer.polls == 0
    timer.advance_to(5_000)
    assert timer.polls == 1
    run_us = timer.cycles / 8.5
    assert timer.due_us == pytest.approx(10_000 + run_us)
    timer.advance_to(1_000_000)
    assert timer.polls == timer.ulp.words[51] & 0xFFFF == int(1_000_000 / (5_000 + run_us))


def test_the_period_is_in_cycles_of_the_slow_clock(programs):
    timer = Timer(loaded(programs[SAMPLE]), slow_hz=75_000, start_cycles=20)
    timer.set_period_us(0, 5_000, calibrated_hz=150_000)
    assert timer.period_us() == pytest.approx(10_000)
    timer.set_period_us(0, 1)
    assert timer.period_us() == pytest.approx(20 / 75_000 * 1e6)
    timer.ulp.rtc.write(ulp_address(0x3FF48818), 730)
    assert timer.period_us() == pytest.approx(750 / 75_000 * 1e6)


def test_a_pin_follows_its_edges(programs):
    timer = Timer(loaded(programs[MUXED], strict=True))
    timer.set_period_us(0, 1_000)
    timer.drive(GPIO32, [(5_000, 0), (5_001, 1), (7_500, 0), (9_900, 1)])
    timer.start(0)
    levels = []
    for us in range(1_500, 12_000, 1_000):
        timer.advance_to(us)
        levels.append(timer.ulp.words[50] & 0xFFFF)
    assert levels == [1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1]


@pytest.mark.parametrize(("needs_cpu", "period_us"), [(False, 40_000), (True, 10_000)])
def test_sleep_chooses_the_period(programs, needs_cpu, period_us):
    timer = Timer(loaded(programs[SLOWER]), sleep_needs_cpu=needs_cpu)
    timer.set_period_us(0, 10_000)
    timer.set_period_us(1, 40_000)
    timer.start(0)
    timer.advance_to(10_000)
    assert timer.due_us == pytest.approx(10_000 + period_us, abs=2)


def test_a_program_and_the_cpu_can_stop_the_timer(programs):
    timer = Timer(loaded(programs[STOPPING]))
    timer.start(0)
    timer.advance_to(1_000_000)
    assert timer.polls == 1
    timer.ulp.rtc.write(STATE0, 1 << 24)
    timer.advance_to(2_000_000)
    assert timer.polls == 2
    timer.start(0)
    timer.stop()
    timer.advance_to(3_000_000)
    assert timer.polls == 2


def test_a_copied_timer_goes_the_same_way(programs):
    timer = Timer(loaded(programs[SAMPLE]))
    timer.drive(GPIO32, [(t, t // 700 % 2) for t in range(700, 90_000, 700)])
    timer.start(0)
    timer.advance_to(30_000)
    twin = timer.copy()
    for each in (timer, twin):
        each.advance_to(80_000)
    assert (twin.ulp.memory, twin.polls, twin.due_us) == (
        timer.ulp.memory,
        timer.polls,
        timer.due_us,
    )


def test_skipped_polls_take_their_time_but_no_edge(programs):
    timer = Timer(loaded(programs[SAMPLE]))
    timer.set_period_us(0, 5_000)
    timer.start(0)
    timer.advance_to(5_000)
    twin, each = timer.copy(), timer.cycles
    timer.advance_to(60_000)
    assert twin.skippable(60_000, each) == timer.polls - 1
    twin.skip(timer.polls - 1, each)
    assert (twin.polls, twin.cycles) == (timer.polls, timer.cycles)
    assert twin.due_us == pytest.approx(timer.due_us)
    twin.drive(GPIO32, [(70_000, 0)])
    twin.skip(twin.skippable(80_000, each), each)
    assert 70_000 <= twin.due_us < 75_100
    with pytest.raises(ValueError, match="edge"):
        twin.skip(10, each)


REST_WORD = 51  # that SAMPLE and its kin add to


@pytest.mark.parametrize("source", [SAMPLE, COUNTING, LOOKING])
def test_following_quickly_leaves_the_same_state(programs, source):
    each = Timer(loaded(programs[source], strict=True))
    each.drive(GPIO32, [(t, t // 30_000 % 2) for t in range(30_000, 3_000_000, 30_000)])
    each.set_period_us(0, 1_000)
    each.start(0)
    quick = each.copy()
    for us in range(7_000, 4_000_000, 333_000):
        each.advance_to(us)
        assert not quick.follow_to(us, REST_WORD)
        assert quick.ulp.memory == each.ulp.memory
        assert (quick.polls, quick.cycles) == (each.polls, each.cycles)
        assert quick.due_us == pytest.approx(each.due_us, abs=0.01)


def test_following_runs_each_poll_that_looks_at_what_changes_by_itself(programs, monkeypatch):
    """Of the clock and the state of the CPU nobody knows what they will be."""
    runs = {}
    for source in (SAMPLE, LOOKING):
        timer = Timer(loaded(programs[source]))
        poll, runs[source] = timer._poll, 0

        def counted(source=source, poll=poll):
            runs[source] += 1
            poll()

        monkeypatch.setattr(timer, "_poll", counted)
        timer.set_period_us(0, 1_000)
        timer.start(0)
        timer.follow_to(1_000_000, REST_WORD)
        assert timer.polls > 900
    assert runs[LOOKING] > 900 and runs[SAMPLE] < 5


def test_following_stops_behind_the_poll_that_wakes(programs):
    timer = Timer(loaded(programs[ASKING]))
    timer.drive(GPIO32, [(500_000, 0), (503_500, 1)])
    timer.set_period_us(0, 1_000)
    timer.start(0)
    woken = []
    while timer.follow_to(2_000_000, REST_WORD, until_wake=True):
        woken.append(timer.now_us)
    assert len(woken) in (3, 4) and all(500_000 <= us < 503_500 for us in woken)
    assert timer.now_us == 2_000_000


def test_a_restarted_timer_begins_at_0_with_the_same_memory(programs):
    timer = Timer(loaded(programs[SAMPLE]))
    timer.set_period_us(0, 5_000)
    timer.start(0)
    timer.advance_to(100_000)
    twin = timer.restarted(75_000)
    assert (twin.now_us, twin.polls) == (0, 0)
    assert twin.ulp.words[REST_WORD] == timer.ulp.words[REST_WORD]
    twin.advance_to(9_999)
    assert twin.polls == 0
    twin.advance_to(10_001)
    assert twin.polls == 1


def test_strict_checks_can_begin_later(programs):
    ulp = loaded(programs[MUXED])
    ulp.run()
    ulp.words[ulp.entry] = 0x72000109  # add r1, r2, 16
    ulp.run()
    ulp.check_strictly()
    with pytest.raises(UlpError, match="not written"):
        ulp.run()


def test_edge_files_are_read_with_or_without_gzip(tmp_path):
    text = "t_us,level\n10,0\n20,1\n"
    (tmp_path / "a.csv").write_text(text)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text.encode()))
    for name in ("a.csv", "a.csv.gz"):
        assert read_edges(tmp_path / name) == [(10, 0), (20, 1)]
    (tmp_path / "two.csv").write_text("t_us,ch,level\n10,0,0\n15,1,0\n20,0,1\n")
    assert read_channels(tmp_path / "two.csv") == {0: [(10, 0), (20, 1)], 1: [(15, 0)]}
    with pytest.raises(ValueError, match="more than one line"):
        read_edges(tmp_path / "two.csv")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("t_s,ml\n", "header"),
        ("", "header"),
        ("t_us,level\n10\n", "line 2: '10' is no row"),
        ("t_us,level\n10,0,1\n", "line 2: '10,0,1' is no row"),
        ("t_us,level\n10,low\n", "line 2"),
        ("t_us,level\n10,0\n9,1\n", "line 3: times must ascend"),
        ("t_us,level\n10,2\n", "line 2: times must ascend"),
        ("t_us,ch,level\n10,2,1\n", "line 2: times must ascend"),
    ],
)
def test_a_wrong_edge_file_is_refused_with_its_line(tmp_path, text, complaint):
    path = tmp_path / "wrong.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=complaint):
        read_channels(path)
