# The meter itself: counts the pulses of one or two reeds while the CPU sleeps.
#
# Runs at each tick of the ULP timer. A line that rests is looked at every `idle` period; a line
# that differs from the believed level is looked at again after a `calm` period, or, once a
# candidate has been broken, after the shorter `strict` one, until it has shown the new level in
# so many samples in a row that it is believed. Closing counts; with two reeds a whole turn does.
# docs/ulp.md tells why, with the figures.
#
# Who writes what: the words of the CPU are written while the program is loaded, `committed`,
# `seen` and `until` also later; all others belong to this program alone. Every change of a
# counter lies between begin += 1 and end = begin, so a reader that finds end (read first) equal
# to begin (read last) has read no half of a change. The upper half of a word that ST wrote
# holds the program counter: readers mask it.
#
# Registers are not kept between runs. Flags are used only right behind ADD, SUB, AND or OR.
# Time is RTC_CNTL_TIME: 48 bits of slow-clock cycles; its upper 32 are units of 0.44 s.
# A period is chosen twice: SLEEP n picks the register that the CPU has set, and the same number
# of cycles is written to SLEEP_CYC0, because ESP-IDF (ulp_fsm_common.h) says that SLEEP n has
# no effect in deep sleep and period 0 is used. Either way it is the right one.
#
# Lines marked "pin" and "period" are patched by firmware/hal/ulp_image.py.
# Registers: ESP32 technical reference manual; ESP-IDF soc/esp32 rtc_cntl_reg.h, rtc_io_reg.h,
# sens_reg.h. Those of the pins are of GPIO32 (input A) and GPIO33 (input B) here.

        .set PULSE, 16          # in the stage counter: an input has changed its believed level
        .set STRICT, 2          # ... an input is being looked at in strict periods
        .set CALM, 1
        .set INPUT, 8           # words from a word of input A to the same one of input B
        .set MIDDLE, 4          # of the quarters of a turn: 0 ... 8 are a turn back and forth
        .set WEARY, 64          # chatter judged so often, 1344 broken candidates, is there to stay
        .set BRIEF, 4           # samples; bounce is over before, 8 ms
        .set PAUSE, 11          # weary: nervous after a longer candidate, 1 more than polls to let be

# Words of the CPU
layout:         .long 0         # word 0: magic and version of these words, 32 bits
identity:       .long 0         # which program with which settings, 32 bits
sealed:         .long 0         # CRC-32 of the words from `parameters` to before `size`, 32 bits
size:           .long 0         # words of the program, these included

# Words of this program; those to `end` are taken over by a program that replaces this one
begin:          .long 0
forward_lo:     .long 0         # pulses, or turns forward
forward_hi:     .long 0
reverse_lo:     .long 0
reverse_hi:     .long 0
illegal_lo:     .long 0         # both reeds changed at once: nobody knows which way
illegal_hi:     .long 0
last_lo:        .long 0         # time of the last pulse
last_mid:       .long 0
last_hi:        .long 32768     # long before the clock began
chatters:       .long 0         # how often chatter, over-rate, a burst began
overrates:      .long 0
bursts:         .long 0
requests:       .long 0         # wakes asked for; pending while it differs from `seen`
used:           .long 0         # of these, those that count against the budget
chatter_mid:    .long 0         # time of the last wake because of chatter
chatter_hi:     .long 32768
overrate_mid:   .long 0         # and of over-rate
overrate_hi:    .long 32768
overrate_on:    .long 0
burst_on:       .long 0         # begin of its flow, 0.44 s, 0: none; a begin at 0 is seen a pulse later
phase:          .long 0         # two reeds: 0 ... 3 for (A, B) open-open, A, both, B closed
quarters:       .long 4
idle_runs_lo:   .long 0         # polls, by the period that followed
idle_runs_hi:   .long 0
calm_runs_lo:   .long 0
calm_runs_hi:   .long 0
strict_runs_lo: .long 0
strict_runs_hi: .long 0
believed:       .long 1         # input A: the level
same:           .long 0         #   samples in a row that differed from it
nervous:        .long 0         #   1 since a candidate was broken, 0 again once one is believed;
                                #   more: so many polls less 1 that show it are let be
rejected_lo:    .long 0         #   candidates that were broken, pulses within the dead time
rejected_hi:    .long 0
chat_n:         .long 0         #   of these, since chat_start and since the last belief
chat_start:     .long 0
chat_on:        .long 0         #   how often chatter was judged without a belief, up to WEARY
believed_b:     .long 1         # input B: the same
same_b:         .long 0
nervous_b:      .long 0
rejected_b_lo:  .long 0
rejected_b_hi:  .long 0
chat_n_b:       .long 0
chat_start_b:   .long 0
chat_on_b:      .long 0
end:            .long 0

burst_fill:     .long 0         # entries of the ring that are of this flow
burst_at:       .long 0
now_lo:         .long 0
now_mid:        .long 0
now_hi:         .long 0
which:          .long 0         # scratch: the counter of this pulse
gap:            .long 0         #   time since the last pulse, or its age in the ring, 0.44 s
back:           .long 0         #   where a subroutine returns to
block:          .long 0         #   the input that is being worked on

# Words of the CPU, changed while this program runs
committed:      .long 0         # forward + reverse that are safe on flash, modulo 2^16
seen:           .long 0         # requests that the CPU has dealt with
until:          .long 0         # `used` may come up to here

# Words of the CPU, never changed while this program runs
parameters:
calibration:    .long 0         # us per slow-clock cycle when it was loaded, Q13.19, 32 bits
paced:          .long 0         # cycles that the polls of the programs before this one made up
pins:           .long 0         # GPIO of A, of B << 8 (255: none)
idle_ticks:     .long 0         # the three periods, whole, for the CPU's accounts
calm_ticks:     .long 0
strict_ticks:   .long 0
calm_samples:   .long 0         # equal samples that are believed
strict_samples: .long 0
dead_ticks:     .long 0         # a pulse so soon after another is bounce
overrate_lo:    .long 0         # a pulse so soon after another is too fast for this meter
overrate_hi2:   .long 0
chat_limit:     .long 0         # more broken candidates than this ...
chat_window:    .long 0         # ... within this time are chatter, 0.44 s
quiet:          .long 0         # between two wakes for the same mark, 0.44 s
burst_length:   .long 0         # a burst: one pulse more than this (0: off) ...
burst_window:   .long 0         # ... within this time, 0.44 s
commit_limit:   .long 0         # wake when so many pulses are not yet committed

        .global entry
entry:
mux_a:  reg_wr 0x3ff4848c, 17, 17, 1    # pin: the pad belongs to the RTC
enable_a: reg_wr 0x3ff4848c, 5, 5, 1    # pin: its input is enabled
        stage_rst
        move r3, 0
level_a: reg_rd 0x3ff48424, 23, 23      # pin: r0 = level

# One input: r0 level, r3 the distance of its words from input A's
sample: ld r1, r3, believed*4
        sub r1, r0, r1
        jump agrees, eq

        ld r2, r3, nervous*4
        sub r2, r2, 1
        jump try, ov
        jump try, eq
        st r2, r3, nervous*4            # a pause in endless chatter
        jump next
try:    ld r1, r3, same*4
        add r1, r1, 1
        st r1, r3, same*4
        ld r2, r3, nervous*4
        add r2, r2, 0
        jump calm, eq
        move r2, 0
        ld r2, r2, strict_samples*4
        sub r2, r1, r2
        jump wait_strict, ov
        jump believe
wait_strict:
        stage_inc STRICT
        jump next
calm:   ld r2, r2, calm_samples*4       # r2 is 0
        sub r2, r1, r2
        jump wait_calm, ov
        jump believe
wait_calm:
        stage_inc CALM
        jump next

believe:
        move r2, begin
        ld r1, r2, 0
        add r1, r1, 1
        st r1, r2, 0
        st r0, r3, believed*4
        move r1, 0
        st r1, r3, same*4
        st r1, r3, nervous*4
        st r1, r3, chat_n*4
        st r1, r3, chat_on*4
        stage_inc PULSE
        jump next

agrees: ld r1, r3, same*4
        add r1, r1, 0
        jump next, eq
        move r0, 1                      # a candidate is broken: bounce, or noise, or chatter
        sub r1, r1, BRIEF
        jump again, ov
        ld r1, r3, chat_on*4
        sub r1, r1, WEARY
        jump again, ov
        move r0, PAUSE
again:  st r0, r3, nervous*4
        move r1, 0
        st r1, r3, same*4

reject: move r2, begin
        ld r1, r2, 0
        add r1, r1, 1
        st r1, r2, 0
        ld r1, r3, rejected_lo*4
        add r1, r1, 1
        jump reject_carry, ov
reject_lo:
        st r1, r3, rejected_lo*4
        ld r1, r3, chat_n*4
        add r1, r1, 1
        st r1, r3, chat_n*4
        sub r0, r1, 1
        jump chat_first, eq
        move r2, 0
        ld r2, r2, chat_limit*4
        sub r2, r2, r1
        jump chat_check, ov
        jump next
reject_carry:
        ld r2, r3, rejected_hi*4
        add r2, r2, 1
        st r2, r3, rejected_hi*4
        jump reject_lo
chat_first:
        move r2, chat_open
        jump read_time
chat_open:
        st r0, r3, chat_start*4         # r0 is now_mid
        jump next
chat_check:
        move r2, chat_judge
        jump read_time
chat_judge:
        ld r1, r3, chat_start*4
        sub r0, r0, r1                  # how long so many took
        move r1, 0
        st r1, r3, chat_n*4
        ld r2, r1, chat_window*4
        sub r2, r2, r0
        jump chat_not, ov
        ld r2, r3, chat_on*4
        sub r0, r2, WEARY
        jump next, eq
        add r2, r2, 1
        st r2, r3, chat_on*4
        sub r2, r2, 1
        jump chat_begins, eq
        jump next
chat_not:
        st r1, r3, chat_on*4
        jump next
chat_begins:
        ld r2, r1, chatters*4
        add r2, r2, 1
        st r2, r1, chatters*4
        st r3, r1, block*4
        move r3, chatter_mid
        move r2, chat_done
        jump ask_rarely
chat_done:
        move r3, 0
        ld r3, r3, block*4

next:   move r0, r3
        jumpr inputs_done, 1, ge        # that was input B
one:    jump inputs_done                # pin: a NOP when there are two
mux_b:  reg_wr 0x3ff4848c, 18, 18, 1    # pin
enable_b: reg_wr 0x3ff4848c, 11, 11, 1  # pin
        move r3, INPUT
level_b: reg_rd 0x3ff48424, 22, 22      # pin
        jump sample

inputs_done:
        move r3, 0
        jumps changed, PULSE, ge
        jump finish
changed:
        stage_dec PULSE
        jumps changed, PULSE, ge
single: jump closing                    # pin: a NOP when there are two

# Two reeds: the phase tells the quarter of a turn
        ld r1, r3, believed*4
        ld r0, r3, believed_b*4
        jumpr b_open, 1, ge
        add r1, r1, 2                   # B closed: A open is 3, A closed is 2
        jump phased
b_open: move r2, 1                      # B open: A open is 0, A closed is 1
        sub r1, r2, r1
phased: ld r0, r3, phase*4
        st r1, r3, phase*4
        sub r0, r1, r0
        and r0, r0, 3
        jumpr still, 1, lt
        jumpr onward, 2, lt
        jumpr both, 3, lt
        ld r0, r3, quarters*4           # a quarter back
        sub r0, r0, 1
        st r0, r3, quarters*4
        jumpr still, 1, ge
        move r2, reverse_lo
        jump turned
onward: ld r0, r3, quarters*4
        add r0, r0, 1
        st r0, r3, quarters*4
        jumpr still, 8, lt
        move r2, forward_lo
turned: move r0, MIDDLE
        st r0, r3, quarters*4
        jump pulse
both:   move r0, MIDDLE                 # a turn counts only when all of it was seen
        st r0, r3, quarters*4
        ld r0, r3, illegal_lo*4
        add r0, r0, 1
        jump both_carry, ov
both_lo:
        st r0, r3, illegal_lo*4
        jump finish
both_carry:
        ld r1, r3, illegal_hi*4
        add r1, r1, 1
        st r1, r3, illegal_hi*4
        jump both_lo

still:  jump finish                     # JUMPR reaches 127 words

# One reed: its closing is the pulse
closing:
        ld r0, r3, believed*4
        jumpr still, 1, ge
        move r2, forward_lo

# A pulse: r2 its counter, r3 0
pulse:  st r2, r3, which*4
        move r2, pulse_now
        jump read_time
pulse_now:
        ld r1, r3, last_mid*4           # r0 is now_mid
        sub r0, r0, r1
        jump gap_borrow, ov
        ld r1, r3, last_hi*4
        jump gap_hi
gap_borrow:
        ld r1, r3, last_hi*4
        add r1, r1, 1
gap_hi: ld r2, r3, now_hi*4
        sub r1, r2, r1
        jump near, eq
        move r0, 0                      # 8 hours or more: nothing of before matters
        st r0, r3, overrate_on*4
        jump flow_new
near:   st r0, r3, gap*4
        ld r1, r3, now_lo*4
        ld r2, r3, last_lo*4
        sub r1, r1, r2
        jump fine_borrow, ov
        jump fine
fine_borrow:
        sub r0, r0, 1
fine:   add r0, r0, 0                   # r0, r1: cycles since the last pulse
        jump maybe_dead, eq
        jump rate
maybe_dead:
        ld r2, r3, dead_ticks*4
        sub r2, r1, r2
        jump reject, ov
rate:   ld r2, r3, overrate_hi2*4
        sub r2, r0, r2
        jump too_fast, ov
        jump rate_lo, eq
        jump in_range
rate_lo:
        ld r2, r3, overrate_lo*4
        sub r2, r1, r2
        jump too_fast, ov
in_range:
        move r0, 0
        st r0, r3, overrate_on*4
        jump flow
too_fast:
        ld r0, r3, overrate_on*4
        add r0, r0, 0
        jump overrate_begins, eq
        jump flow
overrate_begins:
        move r0, 1
        st r0, r3, overrate_on*4
        ld r0, r3, overrates*4
        add r0, r0, 1
        st r0, r3, overrates*4
        move r3, overrate_mid
        move r2, flow
        jump ask_rarely

flow:   move r3, 0
        ld r0, r3, gap*4
        ld r1, r3, burst_window*4
        sub r1, r1, r0
        jump flow_new, ov
        jump count
flow_new:                               # what the ring holds is of an earlier flow
        move r0, 0
        st r0, r3, burst_fill*4
        st r0, r3, burst_on*4

count:  ld r0, r3, now_lo*4
        st r0, r3, last_lo*4
        ld r0, r3, now_hi*4
        st r0, r3, last_hi*4
        ld r0, r3, now_mid*4
        st r0, r3, last_mid*4
        ld r2, r3, which*4
        ld r1, r2, 0
        add r1, r1, 1
        jump count_carry, ov
count_lo:
        st r1, r2, 0

# A burst: the ring holds the times of the last burst_length pulses
        ld r2, r3, burst_at*4
        ld r1, r3, burst_length*4
        add r1, r1, 0
        jump commit, eq
        add r2, r2, ring
        ld r1, r2, 0
        st r0, r2, 0                    # r0 is now_mid
        sub r0, r0, r1
        st r0, r3, gap*4
        ld r0, r3, burst_at*4
        add r0, r0, 1
        ld r1, r3, burst_length*4
        sub r2, r0, r1
        jump ring_end, eq
ring_at:
        st r0, r3, burst_at*4
        ld r0, r3, burst_fill*4
        sub r2, r0, r1
        jump ring_full, eq
        add r0, r0, 1
        st r0, r3, burst_fill*4
        jump no_burst
ring_end:
        move r0, 0
        jump ring_at
ring_full:
        ld r2, r3, gap*4
        ld r1, r3, burst_window*4
        sub r1, r1, r2
        jump no_burst, ov
        ld r0, r3, burst_on*4
        add r0, r0, 0
        jump burst_begins, eq
        jump commit
burst_begins:
        ld r0, r3, now_mid*4
        sub r0, r0, r2
        st r0, r3, burst_on*4
        ld r0, r3, bursts*4
        add r0, r0, 1
        st r0, r3, bursts*4
        move r0, commit
        st r0, r3, back*4
        jump ask_within_budget
no_burst:
        move r0, 0
        st r0, r3, burst_on*4

# The CPU keeps what is counted on flash, each commit_limit pulses at the latest
commit: move r3, 0
        ld r0, r3, forward_lo*4
        ld r1, r3, reverse_lo*4
        add r0, r0, r1
        ld r1, r3, committed*4
        sub r0, r0, r1
        ld r1, r3, commit_limit*4
        sub r0, r0, r1
        jump finish, ov
        ld r0, r3, requests*4
        ld r1, r3, seen*4
        sub r1, r0, r1
        jump ask_now, eq
        jump finish
ask_now:
        add r0, r0, 1
        st r0, r3, requests*4

finish: ld r0, r3, requests*4
        ld r1, r3, seen*4
        sub r0, r0, r1
        jump rest, eq
        reg_rd 0x3ff480c0, 19, 19       # RTC_CNTL_RDY_FOR_WAKEUP: asleep; else at the next poll
        jumpr rest, 1, lt
        wake
rest:   jumps rest_calm, CALM, ge
        sleep 0
idle_0: reg_wr 0x3ff48818, 7, 0, 0      # period: SENS_ULP_CP_SLEEP_CYC0, low byte
idle_1: reg_wr 0x3ff48818, 15, 8, 0     # period: high byte
        move r2, idle_runs_lo
        jump runs
rest_calm:
        jumps rest_strict, STRICT, ge
        sleep 1
calm_0: reg_wr 0x3ff48818, 7, 0, 0      # period
calm_1: reg_wr 0x3ff48818, 15, 8, 0     # period
        move r2, calm_runs_lo
        jump runs
rest_strict:
        sleep 2
strict_0: reg_wr 0x3ff48818, 7, 0, 0    # period
strict_1: reg_wr 0x3ff48818, 15, 8, 0   # period
        move r2, strict_runs_lo
runs:   ld r1, r2, 0
        add r1, r1, 1
        jump runs_carry, ov
        st r1, r2, 0
done:   ld r1, r3, begin*4
        st r1, r3, end*4
        halt
runs_carry:                             # each half hour: what was rejected so long ago is forgotten
        move r0, 0
        st r0, r3, chat_n*4             # chat_start wraps after 8 hours
        st r0, r3, chat_n_b*4
        ld r0, r3, begin*4
        add r0, r0, 1
        st r0, r3, begin*4
        ld r0, r2, 4
        add r0, r0, 1
        st r0, r2, 4
        st r1, r2, 0
        jump done

count_carry:
        ld r0, r2, 4
        add r0, r0, 1
        st r0, r2, 4
        ld r0, r3, now_mid*4
        jump count_lo

# now = RTC time, r0 = now_mid; r2: where to return; r1 is lost
read_time:
        reg_wr 0x3ff4800c, 31, 31, 1    # RTC_CNTL_TIME_UPDATE
        move r1, 64                     # it is there within one slow-clock cycle; never wait on
latch:  sub r1, r1, 1
        jump latched, eq
        reg_rd 0x3ff4800c, 30, 30       # RTC_CNTL_TIME_VALID
        jumpr latched, 1, ge
        jump latch
latched:
        move r1, 0
        reg_rd 0x3ff48010, 15, 0        # RTC_CNTL_TIME0
        st r0, r1, now_lo*4
        reg_rd 0x3ff48014, 15, 0        # RTC_CNTL_TIME1
        st r0, r1, now_hi*4
        reg_rd 0x3ff48010, 31, 16
        st r0, r1, now_mid*4
        jump r2

# Ask for a wake because of a mark, once in `quiet`; r3: the time of its last one; r2: return
ask_rarely:
        move r1, 0
        st r2, r1, back*4
        ld r0, r1, now_mid*4
        ld r1, r3, 0
        sub r0, r0, r1
        jump rare_borrow, ov
        ld r1, r3, 4
        jump rare_hi
rare_borrow:
        ld r1, r3, 4
        add r1, r1, 1
rare_hi:
        move r2, 0
        ld r2, r2, now_hi*4
        sub r1, r2, r1
        jump rare_near, eq
        jump rare_go
rare_near:
        move r2, 0
        ld r2, r2, quiet*4
        sub r0, r0, r2
        jump ask_return, ov
rare_go:
        move r2, 0
        ld r0, r2, now_mid*4
        st r0, r3, 0
        ld r0, r2, now_hi*4
        st r0, r3, 4

# Ask for a wake that counts against the budget of the CPU; word `back`: return
ask_within_budget:
        move r2, 0
        ld r0, r2, used*4
        ld r1, r2, until*4
        sub r1, r1, r0
        jump ask_return, eq
        add r0, r0, 1
        st r0, r2, used*4
        ld r0, r2, requests*4
        add r0, r0, 1
        st r0, r2, requests*4
ask_return:
        move r2, 0
        ld r2, r2, back*4
        jump r2

ring:                                   # times of pulses, 0.44 s; not part of the binary
