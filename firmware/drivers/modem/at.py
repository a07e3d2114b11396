"""The AT engine: a dialogue is a table of steps, and this runs it.

A step is (send, done, deadline_ms) or (send, done, deadline_ms, tries):

send    a command with {names} for values, {hex} being "data" in hex; "" to wait on; ">" for the
        bytes of "data" behind a prompt
done    "ok", "prompt"; "any": whatever ends the command; "": nothing is expected, so all that
        the deadline does is to give time; else the beginning of a line that has to come, in the
        answer or on its own. "+NAME: {id},=0": behind it has to stand 0, alone or with more
        fields, anything else is the cause of a failure
tries   how often it is tried once more

Every wait ends: with its deadline, or with the budget of the report, whichever is sooner.
"""

from binascii import hexlify

from micropython import const

from firmware.core import fault
from firmware.core.errors import UplinkError
from firmware.drivers.modem.exchange import Exchange

_HEX_BYTES = const(64)
_GAP_MS = const(20)  # a modem that has just answered is not listening yet
_POLL_MS = const(20)
_READ_BYTES = const(256)
_LINES = const(16)  # NUESTATS has twelve
_KEPT_BYTES = const(2048)
_SILENCE_MS = const(500)
_DRAIN_MS = const(5000)
_ANSWER_MS = const(1000)
_FEED_MS = const(1000)
_RESULT_MS = const(1500)
_LATE_MS = const(10_000)  # "SMS Ready" comes so much behind the first answer
_ESC = b"\x1b"


class Engine:
    """open_serial(baudrate): the UART. budget: core/radio.py. family: a module of families.

    on_urc(text): for each line that belongs to no command. feed(): of the watchdog.
    doze(serial, ms): may sleep, at most so long; that serial hears nothing then.
    """

    def __init__(self, open_serial, clock, budget, feed, doze):
        self.family = self.exchange = None
        self.budget = budget
        self.clock = clock
        self.on_urc = None
        self._open_serial = open_serial
        self._serial = None
        self._feed = feed
        self._doze = doze
        self._started_ms = clock.ticks_ms() - (1 << 28)  # three days ago
        self._fed_ms = clock.ticks_ms()
        self._buffer = bytearray(_READ_BYTES)
        self._pattern = ""
        self._rest = None
        self._has_restarted = False

    def use(self, family):
        self.family = family
        if self.exchange is None:
            self.exchange = Exchange(
                family.DIALECT, self._hear, lines=_LINES, kept_bytes=_KEPT_BYTES
            )

    def speed(self, baudrate):
        self._serial = self._open_serial(baudrate)

    def uart(self):
        """For PPP, which has it alone until it has ended."""
        return self._serial.uart

    def run(self, steps, values, means=fault.REFUSED):
        """What stood behind the last line that was waited for. UplinkError.

        means: the fault that a refusal stands for.
        """
        rest = ""
        for step in steps:
            rest = self._tried(means, values, *step)
        return rest

    def ask(self, command, deadline_ms=_ANSWER_MS):
        """(True: OK, lines of the answer)."""
        self._begin(command)
        if not self._until(self._has_ended, deadline_ms):
            self.resync()
            raise _failed(fault.TIMEOUT, command)
        return self.exchange.result == "ok", self.exchange.lines

    def listen(self, is_done, wait_ms):
        """Let the modem speak until is_done(); False: it was not in time."""
        return self._until(is_done, wait_ms)

    def answers(self, tries, wait_ms):
        """True when something answers OK to AT at this speed."""
        for _ in range(tries):
            self._begin("AT")
            if self._until(self._has_ended, wait_ms) and self.exchange.result == "ok":
                return True
        return False

    def pause(self, ms):
        """Hear, but expect nothing."""
        self._until(_never, ms)

    def doze(self, ms):
        """As pause(), where whatever is said is asked for again: it may be lost, or broken."""
        began_ms = self.clock.ticks_ms()
        self.pause(min(ms, _GAP_MS))  # what is under way
        left_ms = min(ms - self.clock.elapsed_ms(began_ms), self.budget.left_ms())
        if left_ms > 0 and not self._serial.any() and self.exchange.is_between_lines():
            self._feed()
            self._doze(self._serial, left_ms)
        left_ms = ms - self.clock.elapsed_ms(began_ms)
        if left_ms > 0:
            self.pause(left_ms)

    def forget_restart(self):
        """Whoever calls this has seen it, and begins anew."""
        self._has_restarted = False

    def expect_start(self):
        """It was told to restart, or is just switched on: what it says of that is no news."""
        self._has_restarted = False
        self._started_ms = self.clock.ticks_ms()
        self.exchange.end()

    def _tried(self, means, values, send, done, deadline_ms, tries=0):
        while True:
            try:
                return self._step(means, values, send, done, deadline_ms)
            except UplinkError as error:
                if not tries or error.fault in (fault.RESTARTED, fault.SILENT, fault.BUDGET):
                    raise error
                tries -= 1

    def _step(self, means, values, send, done, deadline_ms):
        exchange = self.exchange
        text, has_hex, behind = send.partition("{hex}")
        text = text.format(**values)
        if done in ("ok", "any", "prompt"):
            beginning, wanted, is_done = "", None, self._has_ended
        else:
            beginning, _, wanted = done.format(**values).partition("=")
            is_done = self._has_come
        self._pattern, self._rest = beginning, None
        if send == ">":
            exchange.begin_data(values["data"])
            self._serial.write(values["data"])
        elif send:
            self._begin(text, behind.format(**values), values["data"] if has_hex else b"")
        if not done:
            self.doze(deadline_ms)
            return ""
        for line in exchange.lines + exchange.urcs:
            self._match(line)
        if not self._until(is_done, deadline_ms):
            if beginning:
                raise _failed(means, text or beginning)  # the network's silence, not the modem's
            self.resync()
            raise _failed(fault.TIMEOUT, text)
        self._pattern = ""
        if beginning and self._rest is not None:
            if wanted and self._rest.split(",")[0] != wanted:
                # Its OK, or none: else it would be taken for that of the next command.
                self._until(self._has_ended, _RESULT_MS)
                raise _failed(self._meaning(means), text or beginning, self._cause())
            return self._rest
        if done == "any" or exchange.result == done or done == "ok" and _is_good(exchange.result):
            return ""
        if done == "prompt" and exchange.result == "ok":
            raise _failed(fault.TIMEOUT, text)
        raise _failed(self._meaning(means, exchange.code), text, exchange.code or 0)

    def _has_ended(self):
        return self.exchange.result is not None

    def _has_come(self):
        """The line; or a result that says that it won't come."""
        if self._rest is None:
            for line in self.exchange.lines:
                self._match(line)
        result = self.exchange.result
        if result:
            self._match(result.upper())  # "SEND OK" ends the command, or follows its OK
        return self._rest is not None or result is not None and not _is_good(result)

    def _match(self, line):
        if self._pattern and self._rest is None and line.startswith(self._pattern):
            self._rest = line[len(self._pattern) :].strip()

    def _cause(self):
        digits = self._rest.strip().split(",")[0]
        return int(digits) if digits.isdigit() else 0

    def _meaning(self, means, code=None):
        cause = self._cause() if code is None and self._rest is not None else code
        return self.family.CAUSES.get(cause, means)

    def _hear(self, text):
        self._look_for_boot(text)
        self._match(text)
        if self.on_urc:
            self.on_urc(text)

    def _look_for_boot(self, text):
        for boot in self.family.BOOTS:
            if text.startswith(boot):
                since_ms = self.clock.elapsed_ms(self._started_ms)
                self._has_restarted = since_ms > self.family.BOOT_MS + _LATE_MS

    def _begin(self, command, behind="", data=b""):
        if self._has_restarted:
            raise _failed(fault.RESTARTED, command)
        self.pause(_GAP_MS)
        self.exchange.begin(command)
        self._serial.write(command.encode())
        for start in range(0, len(data), _HEX_BYTES):  # never as a whole: that takes memory twice
            self._serial.write(hexlify(data[start : start + _HEX_BYTES]))
        self._serial.write(behind.encode() + b"\r")

    def _until(self, is_done, wait_ms):
        clock, budget = self.clock, self.budget
        began_ms, wait_ms = clock.ticks_ms(), min(wait_ms, budget.left_ms())
        if wait_ms <= 0:
            raise _failed(fault.BUDGET, "%d s" % (budget.taken_ms() // 1000))
        buffer = memoryview(self._buffer)
        while True:
            size = self._serial.readinto(self._buffer)
            if size:
                self.exchange.feed(buffer[:size])
                for line in self.exchange.lines:
                    self._look_for_boot(line)
            if is_done():
                return True
            if self._has_restarted and is_done is not _never:
                raise _failed(fault.RESTARTED, self._pattern)
            if clock.elapsed_ms(began_ms) >= wait_ms:
                return False
            if not size:
                clock.sleep_ms(_POLL_MS)
            if clock.elapsed_ms(self._fed_ms) >= _FEED_MS:
                self._fed_ms = clock.ticks_ms()
                self._feed()

    def resync(self):
        """After an answer that did not come; UplinkError when nothing sensible comes at all.

        The answer of the command before may still be on its way: only one that can be of no
        other command shows that question and answer belong together again.
        """
        self._pattern = ""
        self._drain()
        for wake in (b"", _ESC):
            if wake:
                self._serial.write(wake)
                self.pause(_SILENCE_MS)
            if self.answers(3, _ANSWER_MS):
                self._drain()
                for command in ("ATE0", "AT+CGMM"):
                    self._begin(command)
                    self._until(self._has_ended, _ANSWER_MS)
                if self.is_model():
                    return
        raise _failed(fault.SILENT, "AT")

    def is_model(self):
        """True when the answer names one of this family: BC66, but not BC660K."""
        for line in self.exchange.lines:
            for name in self.family.NAMES:
                _, found, behind = line.partition(name)
                if found and not behind[:1].isdigit():
                    return True
        return False

    def _drain(self):
        began_ms, clock = self.clock.ticks_ms(), self.clock
        self.exchange.end()
        while clock.elapsed_ms(began_ms) < _DRAIN_MS:
            self.pause(_SILENCE_MS)
            if not self._serial.any():
                break


def _never():
    return False


def _is_good(result):
    return result in ("ok", "send ok", "connect ok", "close ok", "connect") or (
        result is not None and result.startswith("data accept")
    )


def _failed(found, what, cause=0):
    return UplinkError("%s: fault %d, cause %d" % (what, found, cause), found, cause)
