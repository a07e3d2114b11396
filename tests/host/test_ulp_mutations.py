"""Promise: a single wrong instruction in the ULP program turns a test red."""

import pytest

import ulp_marks
import ulp_meter

# (label, what is replaced behind it for the first time, by what)
MUTATIONS = {
    "the pad is left to the digital side": ("mux_a", "reg_wr 0x3ff4848c, 17, 17, 1", "nop"),
    "the input stays off": ("enable_a", "reg_wr 0x3ff4848c, 5, 5, 1", "nop"),
    "the base address is never set": ("enable_a", "move r3, 0", "nop"),
    "samples are not added up": ("sample", "add r1, r1, 1", "add r1, r1, 0"),
    "a line is calm too soon": ("calm", "calm_samples*4", "dead_ticks*4"),
    "calm samples do on a nervous line": ("sample", "strict_samples*4", "calm_samples*4"),
    "a broken candidate makes nobody nervous": ("again", "st r0, r3, nervous*4", "nop"),
    "a nervous line stays nervous": ("believe", "st r1, r3, nervous*4", "nop"),
    "old samples still speak": ("agrees", "st r1, r3, same*4", "nop"),
    "the believed level stays": ("believe", "st r0, r3, believed*4", "nop"),
    "a belief leaves rejections standing": ("believe", "st r1, r3, chat_n*4", "nop"),
    "chatter never ends": ("believe", "st r1, r3, chat_on*4", "nop"),
    "the carry of rejections is lost": ("reject", "jump reject_carry, ov", "nop"),
    "nobody grows weary": ("agrees", "move r0, PAUSE", "move r0, 1"),
    "a pause never ends": ("sample", "st r2, r3, nervous*4", "nop"),
    "old rejections are kept": ("runs_carry", "st r0, r3, chat_n*4", "nop"),
    "chatter is never judged": ("reject_lo", "jump chat_check, ov", "nop"),
    "a minute is not measured": ("chat_judge", "jump chat_not, ov", "nop"),
    "fast periods are never chosen": ("calm", "stage_inc CALM", "stage_inc 0"),
    "a quarter forward is one back": ("phased", "sub r0, r1, r0", "sub r0, r0, r1"),
    "an illegal transition is guessed": ("phased", "jumpr both, 3, lt", "jumpr both, 1, lt"),
    "half of a turn is enough": ("onward", "jumpr still, 8, lt", "jumpr still, 6, lt"),
    "a turn goes on behind a doubt": ("both", "st r0, r3, quarters*4", "nop"),
    "backward counts forward": ("phased", "move r2, reverse_lo", "move r2, forward_lo"),
    "openings count instead": ("closing", "jumpr still, 1, ge", "jumpr still, 1, lt"),
    "the dead time is not looked at": ("maybe_dead", "jump reject, ov", "nop"),
    "the borrow of the gap is lost": ("fine_borrow", "sub r0, r0, 1", "nop"),
    "rates are compared the wrong way": ("rate", "jump too_fast, ov", "jump in_range, ov"),
    "over-rate never ends": ("in_range", "st r0, r3, overrate_on*4", "nop"),
    "the ring is never emptied": ("flow_new", "st r0, r3, burst_fill*4", "nop"),
    "the time of the pulse is not kept": ("count", "st r0, r3, last_mid*4", "nop"),
    "the carry of the count is lost": ("count", "jump count_carry, ov", "nop"),
    "two for one": ("count", "add r1, r1, 1", "add r1, r1, 2"),
    "the carry goes to the wrong word": ("count_carry", "st r0, r2, 4", "st r0, r2, 8"),
    "a burst is two pulses": ("ring_at", "sub r2, r0, r1", "sub r2, r0, 1"),
    "a burst begins with its mark": ("burst_begins", "sub r0, r0, r2", "nop"),
    "a burst never ends": ("no_burst", "st r0, r3, burst_on*4", "nop"),
    "the pulse wake comes late": ("commit", "jump finish, ov", "jump finish, eq"),
    "the wake is not repeated": ("finish", "jumpr rest, 1, lt", "jumpr rest, 1, ge"),
    "runs are not counted": ("runs", "st r1, r2, 0", "nop"),
    "end stays behind": ("done", "st r1, r3, end*4", "nop"),
    "a path without an end": ("done", "halt", "nop"),
    "time is not latched": ("read_time", "reg_wr 0x3ff4800c, 31, 31, 1", "nop"),
    "marks wake again and again": ("rare_near", "jump ask_return, ov", "nop"),
    "the budget has no end": ("ask_within_budget", "jump ask_return, eq", "nop"),
}


# Quick ones here, all of them in `make prove`.
_HERE = ("chatter is never judged", "half of a turn is enough", "backward counts forward")


@pytest.mark.parametrize(
    "name",
    [name if name in _HERE else pytest.param(name, marks=pytest.mark.prove) for name in MUTATIONS],
)
def test_a_wrong_instruction_is_noticed(name):
    programs = ulp_meter.mutated(*MUTATIONS[name])
    for check in (*ulp_meter.CHECKS, *ulp_marks.CHECKS):
        try:
            check(programs)
        except Exception:  # noqa: BLE001 - any failure is what is wanted
            return
    pytest.fail(f"no check notices that {name}")
