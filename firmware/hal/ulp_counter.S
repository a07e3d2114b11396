# Counts the closings of a reed on GPIO32 (RTC GPIO 9) while the CPU sleeps.
#
# Runs every POLL of the ULP timer (firmware/hal/counter.py). A level is believed after
# SAME equal samples in a row, so bounce is nothing; open (1) -> closed (0) counts one.
# Registers are not kept between runs: everything that lasts is in the words below,
# which only this program writes once it runs. Word numbers are what counter.py reads.
#
# Register numbers: ESP32 technical reference manual, chapter RTC_IO MUX; GPIO32 is
# RTC_IO_XTAL_32K_PAD_REG 0x3ff4848c, X32P_MUX_SEL bit 17, X32P_FUN_IE bit 5; its level is
# RTC_GPIO_IN_REG 0x3ff48424 bit 14 + 9.

        .set SAME, 10

magic:    .long 0        # word 0: written by the CPU after loading: which program this is
runs_lo:  .long 0        # word 1: polls so far, two half-words
runs_hi:  .long 0        # word 2
count_lo: .long 0        # word 3: pulses so far, two half-words
count_hi: .long 0        # word 4
level:    .long 1        # word 5: the believed level
other:    .long 0        # word 6: samples in a row that differed from it

        .global entry
entry:  reg_wr 0x3ff4848c, 17, 17, 1    # the pad belongs to the RTC mux
        reg_wr 0x3ff4848c, 5, 5, 1      # its input is enabled
        move r3, 0

        ld r1, r3, 4                    # runs += 1
        add r1, r1, 1
        jump runs_carry, ov
runs:   st r1, r3, 4

        reg_rd 0x3ff48424, 23, 23       # r0 = level of the pin
        ld r1, r3, 20
        sub r1, r0, r1
        jump same, eq

        ld r1, r3, 24                   # another sample that differs
        add r1, r1, 1
        st r1, r3, 24
        sub r1, r1, SAME
        jump settle, ov                 # fewer than SAME: wait

        st r0, r3, 20                   # believe it
        move r1, 0
        st r1, r3, 24
        jumpr done, 1, ge               # opened: nothing to count

        ld r1, r3, 12                   # closed: count += 1
        add r1, r1, 1
        jump count_carry, ov
count:  st r1, r3, 12
done:   halt

same:   move r1, 0
        st r1, r3, 24
settle: halt

runs_carry:
        ld r2, r3, 8
        add r2, r2, 1
        st r2, r3, 8
        jump runs

count_carry:
        ld r2, r3, 16
        add r2, r2, 1
        st r2, r3, 16
        jump count
