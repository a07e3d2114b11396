"""Promise: the CPU sleeps lightly where it waits for a modem that is asked again, and nowhere
else; what the modem says meanwhile may be lost, and nothing is.
"""

from expect import expect
from firmware.core import fault
from firmware.core.errors import UplinkError
from firmware.drivers.modem.attach import Attach
from firmware.drivers.modem.stream import ModemStream
from firmware.drivers.modem.switching import Switch
from toy_modem import ToyModem

_OK = b"\r\nOK\r\n"
_SEARCHING = b"\r\n+CEREG: 4,2\r\n" + _OK
_REGISTERED = b'\r\n+CEREG: 4,5,"5B57","01A50B1A",9,,,"00000001","00101000"\r\n' + _OK
_GAP_MS = 20
_POLL_MS = 2000


class _Key:
    def __init__(self, clock):
        self.downs_ms = []
        self._clock = clock

    def on(self):
        self.downs_ms.append(self._clock.since_power_ms())

    def off(self):
        self.downs_ms[-1] = self._clock.since_power_ms() - self.downs_ms[-1]


def _modem(*registrations):
    """Registered at the last one; its radio is on."""
    return ToyModem({
        "AT": _OK, "ATE0": _OK, "AT+CMEE=1": _OK, "AT+CEREG=4": _OK, "AT+TSIG": _OK,
        "AT+CGMM": b"\r\nTOY-1\r\n" + _OK, "AT+CFUN?": b"\r\n+CFUN: 0\r\n" + _OK,
        "AT+CPIN?": b"\r\n+CPIN: READY\r\n" + _OK, "AT+CGMR": _OK, "AT+CFUN=0": _OK,
        "AT+CFUN=1": _OK, "AT+TBAND=8": _OK, 'AT+TAPN="apn"': _OK, "AT+CEDRXS?": _OK,
        'AT+CPSMS=1,,,"00101000","00000001"': _OK, "AT+CEREG?": list(registrations),
        "AT+TIP": b"\r\n+TIP: 10.1.2.3\r\n" + _OK, 'AT+TOPEN=0,"broker",1883': _OK,
    })  # fmt: skip


def _attached(modem, key=None, left_mj=40_000):
    at = modem.engine(left_mj)
    attach = Attach(at, Switch(at, None, key, None), "apn", 8, (2, 27_000))
    attach.up(False)
    return at, attach


def _fault(call):
    try:
        call()
    except UplinkError as error:
        return error.fault
    return None


def test_it_dozes_between_two_questions_of_a_search_and_in_no_wait_for_an_answer():
    modem = _modem(_SEARCHING, _SEARCHING, _SEARCHING, _REGISTERED)
    at, attach = _attached(modem)
    expect(attach.stat, 5)
    expect([ms for _, ms in modem.dozes], [_POLL_MS - _GAP_MS] * 3)
    began_ms = [when for when, _ in modem.dozes]
    # Four questions in between take no longer than without.
    expect(all([2000 < b - a < 2200 for a, b in zip(began_ms, began_ms[1:])]), True)
    modem.says(b"\r\n+TOPEN: 0,0\r\n", 9000)  # it is said once
    stream = ModemStream(at, "broker", 1883, 50_000)
    modem.answers["AT+TSEND=0,4"] = lambda command: modem.expect_data(4) or b"\r\n> "
    modem.sent = [(_OK, 4000)]
    stream.sendall(b"abcd", 9000)
    modem.answers["AT+QIRD=0,64"] = [b"\r\n+QIRD: 2\r\nOK\r\n" + _OK, b"\r\n+QIRD: 0\r\n" + _OK]
    modem.says(b"\r\n+TDATA: 0\r\n", 7000)
    expect(stream.recv(2, 9000), b"OK")
    expect(len(modem.dozes), 3)


def test_what_is_said_while_it_dozes_is_asked_for():
    modem = _modem(_SEARCHING, _REGISTERED)
    heard = []
    at = modem.engine()
    at.on_urc = heard.append
    modem.answers["AT+CEREG=4"] = lambda command: modem.says(b"\r\n+CEREG: 5\r\n", 1500) or _OK
    attach = Attach(at, Switch(at, None, None, None), "apn", 8, (2, 27_000))
    attach.up(False)
    expect((attach.stat, attach.granted), (5, ("00000001", "00101000")))
    expect(heard, [])


def test_it_does_not_doze_in_the_middle_of_a_line():
    modem = _modem(_SEARCHING + b"\r\n+CSC", _SEARCHING, _REGISTERED)
    heard = []
    at = modem.engine()
    at.on_urc = heard.append
    modem.answers["AT+CFUN=1"] = lambda command: modem.says(b"ON: 1\r\n", 900) or _OK
    Attach(at, Switch(at, None, None, None), "apn", 8, (2, 27_000)).up(False)
    expect(heard, ["+CSCON: 1"])
    expect(len(modem.dozes), 1)


def test_a_modem_that_restarted_meanwhile_is_found_out():
    forgot = b"\r\n+CEREG: 0,2\r\n" + _OK
    modem = _modem(_SEARCHING, _SEARCHING, forgot, _REGISTERED)
    expect(_fault(lambda: _attached(modem)), fault.RESTARTED)
    # One that never tells what it was told has not.
    modem = _modem(forgot, forgot, b"\r\n+CEREG: 0,1\r\n" + _OK)
    expect(_attached(modem)[1].stat, 1)


def test_a_doze_ends_with_the_budget_and_the_watchdog_is_fed_before():
    modem = _modem(_SEARCHING)
    feeds = []
    slept = modem._doze
    modem._doze = lambda serial, ms: feeds.append(modem.feeds) or slept(serial, ms)
    expect(_fault(lambda: _attached(modem, left_mj=2500)), fault.COVERAGE)
    expect(modem.clock.since_power_ms() < 13_500, True)  # 190 mW of search
    expect(modem.dozes[-1][1] < _POLL_MS - _GAP_MS, True)
    expect(all([a < b for a, b in zip([0] + feeds, feeds)]), True)


def test_a_key_is_pressed_for_its_time_however_long_a_doze_is():
    for share in (0, 2, 1):
        modem = _modem(_REGISTERED)
        answers, modem.answers = modem.answers, {"AT": b""}
        key = _Key(modem.clock)
        slept = modem._doze

        def doze(serial, ms, slept=slept, modem=modem, answers=answers, share=share):
            if share:
                slept(serial, ms // share)
            modem.answers = answers  # the key has woken it

        modem._doze = doze
        _attached(modem, key)
        expect(len(key.downs_ms), 1)
        expect(400 <= key.downs_ms[0] <= 440, True)
