"""A modem on a fake UART, in the time of a fake clock, with a toy dialect."""

from firmware.core.radio import Budget
from firmware.drivers.modem.at import Engine
from firmware.drivers.modem.words import dialect
from ports import FakeClock


class Toy:
    """The data of a family that nobody has heard of."""

    NAMES = ("TOY-1",)
    BAUDS, SPEED = (57600, 9600), (("TOY+SPEED={baud}", "", 300),)
    BOOTS, BOOT_MS, KEY_MS, RESET_MS = ("TOY READY",), 2000, 400, 0
    DIALECT = dialect(BOOTS, (("+QIRD:", "", "n nqd"),))
    WAKES_BY_KEY, IS_UTC, CAUSES = True, True, {7: 10}
    SEND_BYTES, READ_BYTES, READ_FIELD = 16, 64, -1
    SETUP = ()
    BAND = (("AT+TBAND={band}", "ok", 1000),)
    APN = (('AT+TAPN="{apn}"', "ok", 1000),)
    SIGNAL = "AT+TSIG"
    PDP_UP, PDP_DOWN = (("AT+TNET=1", "ok", 1000), ("", "+TNET: =UP", 9000)), ()
    ADDRESS, RESOLVE, CREATE, WHY = "AT+TIP", (), "", None
    OPEN = (('AT+TOPEN={id},"{host}",{port}', "ok", 1000), ("", "+TOPEN: {id},=0", 30_000))
    SEND = (("AT+TSEND={id},{n}", "prompt", 1000), (">", "ok", 5000))
    SEND_LAST, LET_GO = SEND, ()
    READ, ARRIVED, PUSHED = "AT+QIRD={id},{n}", ("+TDATA: {id}",), ()
    CLOSED, CLOSE = ("+TEND: {id}",), (("AT+TCLOSE={id}", "any", 1000),)
    DIAL, RESET, SLEEP, OFF = (), (("AT+TRESET", "", 3000),), (), ()

    @staticmethod
    def signal(lines):
        return -99, 0, 12, None


class ToyModem:
    """answers: {command: bytes, a list of them in turn, or a function of the command}."""

    def __init__(self, answers, *, delay_ms=30, baud=57600):
        self.clock = FakeClock()
        self.answers = answers
        self.commands = []
        self.data = []
        self._delay_ms = delay_ms
        self._baud = baud
        self._coming = []  # (so many ms from now, bytes)
        self._speed = 0
        self._expects = 0
        self._begun = b""
        self.sent = [(b"\r\nOK\r\n", delay_ms)]  # what it says of data, and when
        self.feeds = 0
        self.dozes = []  # (when, for how long)

    def engine(self, left_mj=40_000, family=Toy):
        self.budget = Budget(self.clock, left_mj, 0)
        engine = Engine(self._opened, self.clock, self.budget, self._feed, self._doze)
        engine.use(family)
        return engine

    def says(self, data, after_ms=0):
        self._coming.append((self.clock.since_power_ms() + after_ms, data))

    def expect_data(self, size):
        self._expects = size

    def _feed(self):
        self.feeds += 1

    def _doze(self, serial, ms):
        """What comes meanwhile is lost."""
        serial.any()
        self.dozes.append((self.clock.since_power_ms(), ms))
        self.clock.advance(ms)
        now = self.clock.since_power_ms()
        self._coming = [(at_ms, data) for at_ms, data in self._coming if at_ms > now]

    def _opened(self, baudrate):
        self._speed = baudrate
        return self

    # The UART.

    def write(self, data):
        if self._speed != self._baud:
            self.says(b"\xff\xf8\x80", 5)
            return
        if self._expects:
            self.data.append(bytes(data))
            self._expects = 0
            for answer, after_ms in self.sent:
                self.says(answer, after_ms)
            return
        self._begun += bytes(data)
        if not self._begun.endswith(b"\r"):
            return
        command, self._begun = str(self._begun, "ascii").strip("\r"), b""
        self.commands.append(command)
        answer = self.answers.get(command, b"\r\nERROR\r\n")
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer = answer(command)
        if answer:
            self.says(answer, self._delay_ms)

    def readinto(self, buffer):
        now = self.clock.since_power_ms()
        for n, (at_ms, data) in enumerate(self._coming):
            if at_ms <= now:
                part, rest = data[: len(buffer)], data[len(buffer) :]
                buffer[: len(part)] = part
                if rest:
                    self._coming[n] = (at_ms, rest)
                else:
                    self._coming.pop(n)
                return len(part)
        return 0

    def any(self):
        now = self.clock.since_power_ms()
        return sum([len(data) for at_ms, data in self._coming if at_ms <= now])
