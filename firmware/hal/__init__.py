"""The ports: everything the firmware wants from a chip, and the only code that imports it.

Each port is one class in one module of this package. The simulated board implements the
same classes outside the flashed tree, and one contract test runs against both.

clock.Clock
    ticks_ms() ticks_us()   wrap at 2**30, only differences mean anything
    elapsed_ms(since)       milliseconds since a ticks_ms(); right for gaps below 2**30 ms (12.4 d)
    sleep_ms(n)             returns after at least n milliseconds, n >= 0
    set_epoch_s(n)          what time.time() and time.gmtime() tell a person: UTC, Unix seconds
    slow()                  (count, calibration): of a clock that runs through sleep and resets,
                            from 0 at power-on, and microseconds per count, Q13.19, as measured
                            at this boot. set_epoch_s() moves it on other chips than the ESP32

counter.Counter(config, measure), pcnt_counter.PulseCounter(config)
    Either one raises OSError where it can't count, in a sentence that says what would.

    stays_awake             False: it counts through sleep and resets. True: it stops with the
                            chip and begins at zero at each boot, so nobody may sleep
    start(fresh, keep_any)  sees that it counts. True when it began at zero now, False when it
                            was found counting. May be called again. fresh: what it may have
                            counted is of an earlier life. keep_any: with whatever settings
    was_stopped             start() found that it had stood still: pulses may be missing
    read()                  Counts (counts.py), all of one instant; never waits; OSError. forward
                            and reverse go on modulo 2**32. ticks is None in a counter whose
                            pace can't be judged
    recent()                Recent (recent.py): when the newest pulses came, as far as it knows;
                            OSError
    commit(pulses)          so many, forward and reverse, are on flash: commit_pulses more wake
    allow(wakes, least)     so many wakes because of marks from now on, None: as many as are left,
                            but at least `least`. A mark beyond them is counted and wakes nobody
    heed(counts)            what counts says has been dealt with; what came since wakes
    hush()                  what came until now shall not wake
    prepare_sleep()         the last call before a deep sleep
    The last five of these change no count; where nobody sleeps they do nothing.

adc.ADC(pin)
    read_uv()               microvolts at the pin, factory calibrated, 0 ... 3 300 000

onewire.OneWire(pin)
    reset()                 True when something on the bus answers
    write(data)
    readinto(buffer)        fills it; ones when nobody answers

serial.Serial(unit, baudrate, tx, rx)
    readinto(buffer)        takes what is there, returns the number of bytes; never waits
    write(data)             returns when all of it is queued
    any()                   bytes that can be read now

dozing.doze_ms(serial, n)
    n milliseconds (>= 1), or less; returns in how many of them the CPU slept. Then time, pins and
    coprocessor have gone on, and no UART has: what was written before is sent, but what came is
    lost, and the beginning of a line that is under way at the end. PCNT has stood still

line.Line(pin, active_low, is_on)
    on() off() is_on()      logical levels; starts off, or on, and is held no longer
    hold()                  its pad stays as it is through deep sleep, until a Line is made of it

line.Input(pin, active_low)
    is_on()                 logical level that something else drives

files.Files(root)
    append(name, data)      durable when it returns
    replace(name, data)     all or nothing, durable when it returns
    read(name, offset, buffer)  returns the number of bytes read, 0 at the end
    read_end(name, buffer)  fills it with the last bytes; returns the size of the file, or None
    size(name)              bytes, or None when there is no such file
    names() remove(name) capacity_bytes() free_bytes()
    sizes()                 (name, bytes) of each file, for little more than names() costs
    folder(name)            the Files of a directory in it; make() makes that when it isn't there
    move(name, folder)      into another directory, all or nothing, durable when it returns
    Every failure is an OSError.

nvs.Nvs()
    read(key)               the bytes that were written last (at most 256), or None
    write(key, data)        all or nothing, durable when it returns
    Every failure is an OSError.

flash.journal_device()
    the block device that holds the journal, or None on a board without that partition

keys.Keys()                 the person at the serial port, behind the interpreter's own console
    ask(question)           the line that is typed behind it; KeyboardInterrupt, EOFError (Ctrl-D)
    pressed()               True when a key was pressed, which is gone then; never waits
    hold() release()        between them Ctrl-C stops nothing

ticker.Ticker(period_ms, act)
    act() again and again, also while the prompt waits; as long as the interpreter lives

power.Power(button_pin, measure)
    measure: of the board, to keep the coprocessor counting in deep sleep (ULP_MEASURE)
    cause()                 why this run began: power_on, reset, watchdog, timer, button, restart
                            (that, or Ctrl-D at the prompt), or ulp: the coprocessor has
                            something to say
    was_brown_out()         True when a power_on came because the voltage had broken down
    deep_sleep_ms(n)        never returns; 1 <= n < 2**31; button and coprocessor also end it
    restart()               never returns: the interpreter begins anew, with all of its memory. The
                            chip does not: watchdog, clock, pins and coprocessor go on
    reset()                 never returns; the next cause() is reset
    retained_read()         bytes of the RTC memory (at most 2048); anything after power-on
    retained_write(data)    at most 2048 bytes; survives deep sleep and resets, not loss of power
    watchdog_ms(n)          from now on a reset comes n milliseconds after the last feed()
    feed()                  harmless before watchdog_ms()
    dozed_ms                of the time since somebody put it to 0: slept, with the UARTs deaf
    unique_id()             bytes that no other chip has

wifi.WiFi(ssid, password)   the bench link
ppp.Ppp(uart)               of a modem that has dialled: ATD*99# was answered by CONNECT. uart: a
                            machine.UART with timeout=0, the link's alone until down() returns
    up(timeout_ms)          joins the network, or OSError(ETIMEDOUT)
    connect(host, port, timeout_ms)   a Stream, or OSError
    network_time_s()        UTC, Unix seconds, or OSError
    down()                  radio off; of Ppp: the UART takes AT commands again. OSError: it does
                            not, and only the modem's power ends the connection. Never hangs
    is_careful              an answer is worth waiting for, since a round trip costs nothing

    Stream (sockets.py)
    recv(n, timeout_ms)     1 ... n bytes, b"" when the other side has closed, OSError(ETIMEDOUT)
    sendall(data, timeout_ms, is_last)  all of it, or OSError. is_last: nothing follows, and no
                            answer is awaited, so a radio may go to rest
    close()
"""
