"""Promise: a dialogue with a modem ends, well or with a fault that has a name, whatever it says;
and a kind of modem that nobody has seen is a table of data.
"""

from expect import expect
from firmware.core import fault
from firmware.drivers.modem.attach import Attach
from firmware.drivers.modem.families import bg95
from firmware.drivers.modem.stream import ModemStream
from firmware.drivers.modem.switching import Switch
from ready_modem import OK, attached, fault_of, ready_modem
from toy_modem import ToyModem


def test_a_modem_of_data_alone_joins_the_network_and_carries_bytes():
    modem, answers = ready_modem()
    at, attach = attached(modem)
    expect(attach.granted, ("00000001", "00101000"))
    expect((attach.rsrp_dbm, attach.stat), (-99, 5))
    expect(attach.unix_s(), 1767225607)
    stream = ModemStream(at, "broker", 1883, 50_000)
    answers["AT+TSEND=0,16"] = lambda command: modem.expect_data(16) or b"\r\n> "
    answers["AT+TSEND=0,4"] = lambda command: modem.expect_data(4) or b"\r\n> "
    stream.sendall(b"0123456789OK\r\n>!abcd", 5000)
    expect(modem.data, [b"0123456789OK\r\n>!", b"abcd"])
    answers["AT+QIRD=0,64"] = [b"\r\n+QIRD: 6\r\nOK\r\n>\0\r\n" + OK, b"\r\n+QIRD: 0\r\n" + OK]
    modem.says(b"\r\n+TDATA: 0\r\n", 700)
    expect(stream.recv(2, 5000), b"OK")
    expect(stream.recv(9, 5000), b"\r\n>\0")
    answers["AT+QIRD=0,64"] = [b"\r\n+QIRD: 2\r\nab\r\n" + OK, b"\r\n+QIRD: 0\r\n" + OK]
    modem.says(b"\r\n+TEND: 0\r\n", 100)
    expect(stream.recv(9, 5000), b"ab")
    expect(stream.recv(9, 5000), b"")
    expect(fault_of(lambda: stream.sendall(b"x", 5000))[0], fault.CLOSED)
    stream.close()


def test_each_thing_that_can_be_wrong_has_its_name():
    for command, answer, found in (
        ("AT+CGMM", b"\r\nOTHER\r\n" + OK, (fault.OTHER, 0)),
        ("AT+CPIN?", b"\r\n+CME ERROR: 10\r\n", (fault.SIM, 10)),
        ("AT+CPIN?", b"\r\n+CPIN: SIM PIN\r\n" + OK, (fault.PIN, 11)),
        ("AT+CPIN?", b"\r\n+CPIN: NOT READY\r\n" + OK, (fault.SIM, 10)),
        ("AT+CPIN?", b"\r\n+CME ERROR: 5\r\n", (fault.PIN, 5)),
        ("AT+CPIN?", b"\r\n+CME ERROR: 16\r\n", (fault.PIN, 16)),
        ("AT+CEREG?", b'\r\n+CEREG: 5,3,"0000","0",9,0,15\r\n' + OK, (fault.DENIED, 15)),
        ("AT+CEREG?", b"\r\n+CEREG: 4,2\r\n" + OK, (fault.COVERAGE, 2)),
        ("AT+TNET=1", b"\r\n+CME ERROR: 33\r\n", (fault.CONTEXT, 33)),
        ("AT+TNET=1", OK, (fault.CONTEXT, 0)),
        ("AT+CEREG=4", b"\r\n+CME ERROR: 3\r\n", (fault.REFUSED, 3)),
    ):
        modem, answers = ready_modem()
        answers[command] = answer
        expect(fault_of(lambda: attached(modem)), found)  # noqa: B023
    for answer, found in (
        (OK + b"\r\n+TOPEN: 0,7\r\n", (fault.CONNECT, 7)),
        (OK, (fault.CONNECT, 0)),
        (b"\r\nTOY READY\r\n", (fault.RESTARTED, 0)),
    ):
        modem, answers = ready_modem()
        at, _ = attached(modem)
        answers['AT+TOPEN=0,"broker",1883'] = answer
        expect(fault_of(lambda: ModemStream(at, "broker", 1883, 50_000)), found)  # noqa: B023


def test_nobody_at_the_uart_is_silent_within_seconds():
    modem = ToyModem({}, baud=1)
    expect(fault_of(lambda: attached(modem)), (fault.SILENT, 0))


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one():
    modem, answers = ready_modem()
    at, _ = attached(modem)
    answers["AT+TSIG"] = [b"", b"\r\n+TSIG: 1\r\n" + OK]
    modem.says(b"\r\n+TSIG: 99\r\n" + OK, 1300)
    expect(fault_of(lambda: at.ask("AT+TSIG", 1000)), (fault.TIMEOUT, 0))
    expect(at.ask("AT+TSIG", 1000), (True, ["+TSIG: 1"]))


def test_no_wait_is_longer_than_what_is_left_of_the_budget():
    modem, answers = ready_modem()
    at = modem.engine(left_mj=3800)  # twenty seconds of search
    answers["AT+CEREG?"] = b"\r\n+CEREG: 4,2\r\n" + OK
    attach = Attach(at, Switch(at, None, None, None), "apn", 8, (2, 27_000))
    began = modem.clock.since_power_ms()
    expect(fault_of(lambda: attach.up(False)), (fault.COVERAGE, 2))
    expect(modem.clock.since_power_ms() - began <= 20_100, True)
    expect(fault_of(lambda: at.ask("AT")), (fault.BUDGET, 0))
    modem.budget.end()
    expect(at.ask("AT"), (True, []))


class _Key:
    is_down = False

    def on(self):
        self.is_down = True

    def off(self):
        self.is_down = False


def test_no_key_stays_pressed_when_the_budget_ends():
    modem = ToyModem({"AT": b""}, baud=115200)
    at, key = modem.engine(left_mj=100, family=bg95), _Key()  # half a second
    at.speed(115200)
    expect(fault_of(lambda: Switch(at, None, key, None).wake(False))[0], fault.BUDGET)
    expect(key.is_down, False)
