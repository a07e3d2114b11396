"""What the ULP program must do about counters, two reeds, marks and wakes; see ulp_meter.py."""

from reeds import chatter, closings, moved, steady, vibration
from ulp_meter import SENSITIVE, TWO_REEDS, after

SLOW = 0.5  # pulses a second, well below the over-rate limit of Q3 = 2500 L/h
# Where the two reeds stand, forward: A closes, B closes, A opens, B opens.
FORWARD = ((0, 0), (1, 0), (0, 1), (1, 1))


def carries(programs):
    """16-bit half-words carry and 32 bits wrap, whatever ST left in the upper halves."""
    for low, high in ((0xFFFF, 0), (0xFFFE, 0x1234), (0xFFFF, 0xFFFF)):
        cop = programs(closings((500, 700), (900, 1100)))
        cop.ulp.words[cop.symbols["forward_lo"]] = 0x123 << 16 | low
        cop.ulp.words[cop.symbols["forward_hi"]] = 0x456 << 16 | high
        assert after(cop, 2000).wide("forward") == ((high << 16 | low) + 2) & 0xFFFFFFFF


def carries_rejections(programs):
    cop = programs([(1_000_000, 0), (1_022_000, 1), (1_500_000, 0), (1_522_000, 1)])
    cop.ulp.words[cop.symbols["rejected_lo"]] = 0xFFFF
    cop.ulp.words[cop.symbols["rejected_hi"]] = 7
    assert after(cop, 2000).wide("rejected") == 8 << 16 | 1


# Two reeds.


def turning(cop, steps, at_ms=500, quarter_ms=100):
    """Drive both inputs: steps of +1 and -1 quarter turns; the end in ms."""
    inputs, position = ([], []), 0
    for step in steps:
        channel, level = FORWARD[position % 4] if step > 0 else FORWARD[(position - 1) % 4]
        inputs[channel].append((at_ms * 1000, level if step > 0 else 1 - level))
        position += step
        at_ms += quarter_ms
    for pin, edges in zip(cop.pins, inputs, strict=True):
        cop.drive(pin, edges)
    return at_ms + 500


def turns(programs, steps):
    cop = programs(**TWO_REEDS)
    after(cop, turning(cop, steps))
    return cop.wide("forward"), cop.wide("reverse"), cop.wide("illegal")


def counts_whole_turns_in_their_direction(programs):
    assert turns(programs, [1] * 12) == (3, 0, 0)
    assert turns(programs, [-1] * 12) == (0, 3, 0)
    assert turns(programs, [1] * 8 + [-1] * 8) == (2, 2, 0)
    assert turns(programs, [1] * 3) == turns(programs, [-1] * 3) == (0, 0, 0)


def water_hammer_nets_to_zero(programs):
    """However often it swings, the net count stays where the first swing has put it."""
    for start in range(5):
        for swing in (1, 2, 3):
            swings = [1] * swing + [-1] * swing
            once, often = (turns(programs, [1] * start + swings * n) for n in (1, 12))
            assert often == once, (start, swing)
            assert abs(once[0] - once[1] - start / 4) < 1 and once[2] == 0


def an_illegal_transition_is_counted_and_not_guessed(programs):
    cop = programs(**TWO_REEDS)
    for pin in cop.pins:
        cop.drive(pin, closings((500, 700), (900, 1100), (1300, 1500)))
    after(cop, 2000)
    assert (cop.wide("forward"), cop.wide("reverse"), cop.wide("illegal")) == (0, 0, 6)
    carried = programs(**TWO_REEDS)
    carried.ulp.words[carried.symbols["illegal_lo"]] = 0xFFFF
    for pin in carried.pins:
        carried.drive(pin, closings((500, 700)))
    assert after(carried, 1000).wide("illegal") == 0x1_0001


def a_turn_with_an_illegal_transition_in_it_does_not_count(programs):
    # A closes, then opens as B closes; from there it needs four quarters, not three.
    for quarters, turns_forward in ((3, 0), (4, 1)):
        cop = programs(**TWO_REEDS)
        cop.drive(cop.pins[0], [(500_000, 0), (600_000, 1), (800_000, 0), (1_000_000, 1)])
        cop.drive(cop.pins[1], [(600_000, 0), (700_000, 1), (900_000, 0)])
        after(cop, 600 + 100 * quarters + 90)
        assert (cop.wide("forward"), cop.wide("illegal")) == (turns_forward, 1)


def carries_backward_turns(programs):
    cop = programs(**TWO_REEDS)
    cop.ulp.words[cop.symbols["reverse_lo"]] = 0xFFFF
    after(cop, turning(cop, [-1] * 8))
    assert cop.wide("reverse") == 0x1_0001


# Marks.


def marks_chatter_once_while_it_lasts(programs):
    parked = [(500_000, 0), *chatter(200, seed=4, start_us=900_000)]
    cop = programs(parked)
    assert after(cop, 30_000).half("chatters") == 1
    assert after(cop, 201_000).half("chatters") == 1
    assert cop.wide("forward") == 1


def marks_chatter_again_after_a_pulse(programs):
    end = [(60_500_000, 1), *closings((62_000, 63_000))]
    again = [*end, (70_000_000, 0), *chatter(50, seed=5, start_us=71_000_000)]
    cop = programs([(500_000, 0), *chatter(50, seed=4, start_us=900_000), *again])
    assert after(cop, 125_000).half("chatters") == 2


def endless_chatter_is_left_alone_and_the_flow_behind_it_counted(programs):
    """Candidates that last, again and again without a belief, are paid for only now and then."""
    noise = vibration(100, 40, 10, parked=1)
    cop = programs([*noise, *moved(steady(20, 1), noise[-1][0])])
    cop.advance_to(70_000_000)
    polls = cop.timer.polls
    cop.advance_to(100_000_000)
    assert cop.timer.polls - polls < 30 * 110
    assert cop.half("chatters") == 1
    cop.advance_to(125_000_000)
    assert (cop.wide("forward"), cop.half("chat_on"), cop.half("nervous")) == (20, 0, 0)


def rejections_of_hours_ago_are_forgotten(programs):
    """The time from which they are counted wraps after eight hours."""
    wrap_us = (1 << 32) * 1_000_000 // 150_000
    glitches = [1_000_000, *(n * 60_000_000 for n in range(2, 21)), wrap_us + 21_000_000]
    cop = programs([edge for us in glitches for edge in ((us, 0), (us + 22_000, 1))])
    after(cop, wrap_us // 1000 + 30_000)
    assert cop.half("rejected_lo") == 21
    assert cop.half("chatters") == 0


def a_few_rejections_are_no_chatter(programs):
    # Twenty a minute are allowed; a pulse between them begins anew.
    edges = [(1_000_000 * n + 500_000 + x, x and 1) for n in range(1, 21) for x in (0, 22_000)]
    assert after(programs(edges), 23_000).half("chatters") == 0
    more = [*edges, (21_500_000, 0), (21_522_000, 1)]
    assert after(programs(more), 23_000).half("chatters") == 1
    between = [*edges, *closings((21_200, 21_400)), *moved(edges[:8], 21_000_000)]
    assert after(programs(between), 31_000).half("chatters") == 0
    slow = [(4_000_000 * n + 500_000 + x, x and 1) for n in range(1, 30) for x in (0, 22_000)]
    assert after(programs(slow), 122_000).half("chatters") == 0


def marks_pulses_too_fast_for_the_meter(programs):
    cop = programs(steady(6, 1.0, bounce_us=(0, 0)) + steady(6, 1.3, start_us=8_000_000))
    assert after(cop, 7_500).half("overrates") == 0
    assert after(cop, 14_000).half("overrates") == 1
    twice = (
        steady(3, 1.3) + steady(3, 0.8, start_us=4_000_000) + steady(3, 1.3, start_us=9_000_000)
    )
    assert after(programs(twice), 13_000).half("overrates") == 2


def marks_a_burst_by_a_sliding_window(programs):
    """11 pulses within 30 s, wherever they lie; 11 in more are none."""
    for before_ms in (0, 8_000, 25_000):
        lead = [(1000 + 7000 * n, 1200 + 7000 * n) for n in range(before_ms // 7000)]
        fast = [(30_000 + 2900 * n, 30_200 + 2900 * n) for n in range(11)]
        cop = programs(closings(*lead, *fast), **SENSITIVE)
        assert after(cop, 30_000 + 2900 * 10 - 100).half("bursts") == 0
        assert after(cop, 30_000 + 2900 * 10 + 100).half("bursts") == 1
    slower = closings(*((1000 + 3200 * n, 1200 + 3200 * n) for n in range(60)))
    assert after(programs(slower, **SENSITIVE), 200_000).half("bursts") == 0


def a_burst_keeps_the_begin_of_its_flow_while_it_lasts(programs):
    fast = [(90_000 + 2000 * n, 90_200 + 2000 * n) for n in range(40)]
    slow = [(177_000 + 9000 * n, 177_200 + 9000 * n) for n in range(3)]
    cop = programs(closings((5_000, 5_200), *fast, *slow), **SENSITIVE)
    units = 90_000 * 150 // 65536
    for ms, begin in ((100_000, 0), (111_000, units), (165_000, units), (196_000, 0)):
        assert abs(after(cop, ms).half("burst_on") - begin) <= (1 if begin else 0), ms


def a_burst_ends_with_its_flow(programs):
    fast = [(1000 + 2000 * n, 1200 + 2000 * n) for n in range(20)]
    later = [(start + 80_000, end + 80_000) for start, end in fast]
    cop = programs(closings(*fast, *later), **SENSITIVE)
    assert after(cop, 60_000).half("bursts") == 1
    assert after(cop, 130_000).half("bursts") == 2
    pause = [(start + 300_000, end + 300_000) for start, end in fast[:5]]
    assert after(programs(closings(*fast[:8], *pause), **SENSITIVE), 320_000).half("bursts") == 0


def water_of_eight_hours_ago_is_no_burst(programs):
    """The ring's times wrap after 2**32 cycles."""
    wrap_ms = (1 << 32) * 1000 // 150_000
    before = [(1000 + 2000 * n, 1200 + 2000 * n) for n in range(10)]
    cop = programs(closings(*before, (wrap_ms + 22_000, wrap_ms + 23_000)), **SENSITIVE)
    assert after(cop, wrap_ms + 30_000).half("bursts") == 0
    assert cop.wide("forward") == 11


# Wakes.


def wakes_for_each_hundred_pulses(programs):
    cop = programs(steady(250, 1.0, bounce_us=(0, 0)))
    assert cop.advance_to(400_000_000, until_wake=True)
    assert cop.wide("forward") == 100
    cop.take_down()
    assert cop.advance_to(400_000_000, until_wake=True)
    assert cop.wide("forward") == 200
    cop.take_down()
    assert not cop.advance_to(400_000_000, until_wake=True)
    assert cop.half("requests") == 2


def a_wake_waits_until_the_cpu_sleeps(programs):
    cop = programs(steady(100, 1.0, bounce_us=(0, 0)), asleep=False)
    after(cop, 110_000)
    assert (cop.rtc.wakes, cop.rtc.lost_wakes, cop.half("requests")) == (0, 0, 1)
    cop.sleeps(True)
    assert cop.advance_to(111_000_000, until_wake=True)
    seen = programs(steady(100, 1.0, bounce_us=(0, 0)), asleep=False)
    after(seen, 110_000)
    seen.take_down()
    seen.sleeps(True)
    assert not seen.advance_to(200_000_000, until_wake=True)


def wakes_for_marks_within_the_budget(programs):
    edges = steady(3, 1.3) + steady(3, 0.8, start_us=4_000_000)
    none = programs(edges)
    none.allow_wakes(0)
    after(none, 9_000)
    assert (none.half("overrates"), none.half("requests"), none.rtc.wakes) == (1, 0, 0)
    one = programs(edges)
    one.allow_wakes(1)
    assert one.advance_to(9_000_000, until_wake=True)
    assert (one.half("overrates"), one.half("used")) == (1, 1)


def wakes_for_the_same_mark_once_in_six_hours(programs):
    hour_us = 3_600_000_000
    fast = steady(3, 1.3) + steady(1, 1, start_us=6_000_000)
    cop = programs([edge for hour in (0, 2, 5, 7) for edge in moved(fast, hour * hour_us)])
    cop.allow_wakes(12)
    woken = []
    while cop.advance_to(8 * hour_us, until_wake=True):
        woken.append(int(cop.timer.now_us // hour_us))
        cop.take_down()
    assert (woken, cop.half("overrates")) == ([0, 7], 4)


def chatter_and_bursts_wake_too(programs):
    noisy = programs([(500_000, 0), *chatter(60, seed=4, start_us=900_000)])
    noisy.allow_wakes(12)
    assert noisy.advance_to(61_000_000, until_wake=True)
    assert noisy.half("chatters") == 1
    burst = programs(steady(20, SLOW), **SENSITIVE)
    burst.allow_wakes(12)
    assert burst.advance_to(60_000_000, until_wake=True)
    assert (burst.half("bursts"), burst.wide("forward")) == (1, 11)


CHECKS = [
    carries,
    carries_rejections,
    counts_whole_turns_in_their_direction,
    water_hammer_nets_to_zero,
    an_illegal_transition_is_counted_and_not_guessed,
    a_turn_with_an_illegal_transition_in_it_does_not_count,
    carries_backward_turns,
    marks_chatter_once_while_it_lasts,
    marks_chatter_again_after_a_pulse,
    endless_chatter_is_left_alone_and_the_flow_behind_it_counted,
    rejections_of_hours_ago_are_forgotten,
    a_few_rejections_are_no_chatter,
    marks_pulses_too_fast_for_the_meter,
    marks_a_burst_by_a_sliding_window,
    a_burst_keeps_the_begin_of_its_flow_while_it_lasts,
    a_burst_ends_with_its_flow,
    water_of_eight_hours_ago_is_no_burst,
    wakes_for_each_hundred_pulses,
    a_wake_waits_until_the_cpu_sleeps,
    wakes_for_marks_within_the_budget,
    wakes_for_the_same_mark_once_in_six_hours,
    chatter_and_bursts_wake_too,
]
