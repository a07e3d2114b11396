"""Promise: a dialogue with a modem ends, well or with a fault that has a name, whatever it says;
and a kind of modem that nobody has seen is a table of data."""

from expect import expect
from firmware.core import fault
from firmware.core.errors import UplinkError
from firmware.drivers.modem.attach import Attach
from firmware.drivers.modem.families import bc66, bc95, bc660k, bg95, sim7020, sim7080
from firmware.drivers.modem.stream import ModemStream
from firmware.drivers.modem.switching import Switch
from toy_modem import ToyModem

_OK = b"\r\nOK\r\n"
_READY = {
    "AT": _OK, "ATE0": b"ATE0\r\r\n" + _OK, "AT+CMEE=1": _OK, "AT+CEREG=4": _OK, "AT+CFUN=0": _OK,
    "AT+CFUN=1": _OK, "AT+CGMM": b"\r\nTOY-1\r\n" + _OK, "AT+CPIN?": b"\r\n+CPIN: READY\r\n" + _OK,
    "AT+CFUN?": [b"\r\n+CFUN: 0\r\n" + _OK], "AT+TBAND=8": _OK, 'AT+TAPN="apn"': _OK,
    'AT+CPSMS=1,,,"00101000","00000001"': _OK, "AT+TSIG": _OK,
    "AT+CEREG?": [
        b"\r\n+CEREG: 4,2\r\n" + _OK,
        b'\r\n+CEREG: 4,5,"5B57","01A50B1A",9,,,"00000001","00101000"\r\n' + _OK,
    ],
    "AT+TIP": [b"\r\n+TIP: 0.0.0.0\r\n" + _OK, b"\r\n+TIP: 10.1.2.3\r\n" + _OK],
    "AT+TNET=1": _OK + b"\r\n+TNET: UP\r\n",
    "AT+CCLK?": b'\r\n+CCLK: "26/01/01,00:00:07+00"\r\n' + _OK,
    'AT+TOPEN=0,"broker",1883': _OK + b"\r\n+TOPEN: 0,0\r\n",
    "AT+TCLOSE=0": _OK, "AT+CEDRXS?": _OK, "AT+CGMR": b"\r\nTOY V1.2\r\n" + _OK,
}  # fmt: skip


def _fault(call):
    try:
        call()
    except UplinkError as error:
        return error.fault, error.cause
    return None


def _modem(**changes):
    answers = {}
    for command, answer in _READY.items():
        answers[command] = list(answer) if isinstance(answer, list) else answer
    modem = ToyModem(answers)
    return modem, answers


def _attached(modem, was_asleep=False):
    at = modem.engine()
    attach = Attach(at, Switch(at, None, None, None), "apn", 8, (2, 27_000))
    attach.up(was_asleep)
    return at, attach


def test_a_modem_of_data_alone_joins_the_network_and_carries_bytes():
    modem, answers = _modem()
    at, attach = _attached(modem)
    expect(attach.granted, ("00000001", "00101000"))
    expect((attach.rsrp_dbm, attach.stat), (-99, 5))
    expect(attach.unix_s(), 1767225607)
    stream = ModemStream(at, "broker", 1883, 50_000)
    answers["AT+TSEND=0,16"] = lambda command: modem.expect_data(16) or b"\r\n> "
    answers["AT+TSEND=0,4"] = lambda command: modem.expect_data(4) or b"\r\n> "
    stream.sendall(b"0123456789OK\r\n>!abcd", 5000)
    expect(modem.data, [b"0123456789OK\r\n>!", b"abcd"])
    answers["AT+QIRD=0,64"] = [b"\r\n+QIRD: 6\r\nOK\r\n>\0\r\n" + _OK, b"\r\n+QIRD: 0\r\n" + _OK]
    modem.says(b"\r\n+TDATA: 0\r\n", 700)
    expect(stream.recv(2, 5000), b"OK")
    expect(stream.recv(9, 5000), b"\r\n>\0")
    answers["AT+QIRD=0,64"] = [b"\r\n+QIRD: 2\r\nab\r\n" + _OK, b"\r\n+QIRD: 0\r\n" + _OK]
    modem.says(b"\r\n+TEND: 0\r\n", 100)
    expect(stream.recv(9, 5000), b"ab")
    expect(stream.recv(9, 5000), b"")
    expect(_fault(lambda: stream.sendall(b"x", 5000))[0], fault.CLOSED)
    stream.close()


def test_two_pieces_of_a_message_each_have_a_send_ok_of_their_own():
    opened = _OK + b"\r\n+QIOPEN: 0,0\r\n"
    for sent in (
        [(b"\r\nSEND OK\r\n", 60)],
        [(b"\r\nOK\r\n\r\nSEND OK\r\n", 60)],
        [(b"\r\nOK\r\n", 30), (b"\r\nSEND OK\r\n", 400)],
        [(b"\r\nOK\r\n\r\nS", 30), (b"END OK\r\n", 51)],
    ):
        modem, answers = _modem()
        at = modem.engine(family=bc66)
        at.speed(57600)
        answers['AT+QIOPEN=1,0,"TCP","broker",1883,0,0'] = opened
        answers["AT+QISEND=0,1024"] = lambda command: modem.expect_data(1024) or b"\r\n> "  # noqa: B023
        answers["AT+QISEND=0,76"] = lambda command: modem.expect_data(76) or b"\r\n> "  # noqa: B023
        modem.sent = sent
        stream = ModemStream(at, "broker", 1883, 50_000)
        stream.sendall(b"m" * 1100, 5000)
        expect([len(data) for data in modem.data], [1024, 76])
        modem.sent = [(b"\r\nOK\r\n", 30), (b"\r\nSEND FAIL\r\n", 90)]
        expect(_fault(lambda: stream.sendall(b"m" * 76, 5000))[0], fault.CLOSED)  # noqa: B023


def test_each_thing_that_can_be_wrong_has_its_name():
    for command, answer, found in (
        ("AT+CGMM", b"\r\nOTHER\r\n" + _OK, (fault.OTHER, 0)),
        ("AT+CPIN?", b"\r\n+CME ERROR: 10\r\n", (fault.SIM, 10)),
        ("AT+CPIN?", b"\r\n+CPIN: SIM PIN\r\n" + _OK, (fault.PIN, 11)),
        ("AT+CPIN?", b"\r\n+CPIN: NOT READY\r\n" + _OK, (fault.SIM, 10)),
        ("AT+CPIN?", b"\r\n+CME ERROR: 5\r\n", (fault.PIN, 5)),
        ("AT+CPIN?", b"\r\n+CME ERROR: 16\r\n", (fault.PIN, 16)),
        ("AT+CEREG?", b'\r\n+CEREG: 5,3,"0000","0",9,0,15\r\n' + _OK, (fault.DENIED, 15)),
        ("AT+CEREG?", b"\r\n+CEREG: 4,2\r\n" + _OK, (fault.COVERAGE, 2)),
        ("AT+TNET=1", b"\r\n+CME ERROR: 33\r\n", (fault.CONTEXT, 33)),
        ("AT+TNET=1", _OK, (fault.CONTEXT, 0)),
        ("AT+CEREG=4", b"\r\n+CME ERROR: 3\r\n", (fault.REFUSED, 3)),
    ):
        modem, answers = _modem()
        answers[command] = answer
        expect(_fault(lambda: _attached(modem)), found)  # noqa: B023
    for answer, found in (
        (_OK + b"\r\n+TOPEN: 0,7\r\n", (fault.CONNECT, 7)),
        (_OK, (fault.CONNECT, 0)),
        (b"\r\nTOY READY\r\n", (fault.RESTARTED, 0)),
    ):
        modem, answers = _modem()
        at, _ = _attached(modem)
        answers['AT+TOPEN=0,"broker",1883'] = answer
        expect(_fault(lambda: ModemStream(at, "broker", 1883, 50_000)), found)  # noqa: B023


def test_nobody_at_the_uart_is_silent_within_seconds():
    modem = ToyModem({}, baud=1)
    expect(_fault(lambda: _attached(modem)), (fault.SILENT, 0))


def test_a_modem_at_another_speed_is_told_the_right_one():
    modem, answers = _modem()
    modem._baud = 9600

    def faster(command):
        modem._baud = 57600
        return b""

    answers["TOY+SPEED=57600"] = faster
    answers["AT"] = _OK
    at = modem.engine()
    attach = Attach(at, Switch(at, None, None, None), "apn", 8, (2, 27_000))
    expect(_fault(lambda: attach.up(False)), None)
    expect(attach.was_speed, 9600)


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one():
    modem, answers = _modem()
    at, _ = _attached(modem)
    answers["AT+TSIG"] = [b"", b"\r\n+TSIG: 1\r\n" + _OK]
    modem.says(b"\r\n+TSIG: 99\r\n" + _OK, 1300)
    expect(_fault(lambda: at.ask("AT+TSIG", 1000)), (fault.TIMEOUT, 0))
    expect(at.ask("AT+TSIG", 1000), (True, ["+TSIG: 1"]))


def test_no_wait_is_longer_than_what_is_left_of_the_budget():
    modem, answers = _modem()
    at = modem.engine(left_mj=3800)  # twenty seconds of search
    answers["AT+CEREG?"] = b"\r\n+CEREG: 4,2\r\n" + _OK
    attach = Attach(at, Switch(at, None, None, None), "apn", 8, (2, 27_000))
    began = modem.clock.since_power_ms()
    expect(_fault(lambda: attach.up(False)), (fault.COVERAGE, 2))
    expect(modem.clock.since_power_ms() - began <= 20_100, True)
    expect(_fault(lambda: at.ask("AT")), (fault.BUDGET, 0))
    modem.budget.end()
    expect(at.ask("AT"), (True, []))


def _real(family, baud=115200, **changes):
    """A modem that answers as one of another family than the toy's, and an engine for it."""
    answers = dict(_READY)
    answers.update(changes)
    modem = ToyModem(answers, baud=baud)
    at = modem.engine(family=family)
    at.speed(family.BAUDS[0])
    return modem, at


def _up(at, key=None):
    Attach(at, Switch(at, None, key, None), "apn", 8, (2, 27_000)).up(False)


def test_another_modem_is_told_as_such_whatever_its_speed_and_state():
    registered = b'\r\n+CEREG: 4,1,"5B57","01A50B1A",9,,,"00000001","00101000"\r\n' + _OK
    for model, baud, configured, cfun in (
        ("BC95-G", 9600, sim7080, 0),
        ("BG95-M3", 115200, bc95, 0),
        ("BG95-M3", 115200, sim7080, 1),  # it has joined by itself
        ("BC660K-GL", 115200, bc66, 0),
    ):
        modem, at = _real(configured, baud)
        modem.answers["AT+CGMM"] = b"\r\n%s\r\n" % model.encode() + _OK
        modem.answers["AT+CFUN?"] = b"\r\n+CFUN: %d\r\n" % cfun + _OK
        modem.answers["AT+CEREG?"] = registered
        expect((model, _fault(lambda: _up(at))), (model, (fault.OTHER, 0)))  # noqa: B023
        expect([one for one in modem.commands if "IPR" in one or "NATSPEED" in one], [])
    for model, configured in (("SIMCOM_SIM7080G", sim7080), ("BC66", bc66), ("BC66NB", bc66)):
        modem, at = _real(configured)
        modem.answers["AT+CGMM"] = b"\r\n%s\r\n" % model.encode() + _OK
        at.ask("AT+CGMM")
        expect((model, at.is_model()), (model, True))


def test_an_ok_behind_a_failed_open_is_not_the_end_of_the_next_command():
    modem, at = _real(sim7080)
    command = 'AT+CAOPEN=0,0,"TCP","10.0.0.1",1883'
    modem.answers[command] = lambda _: modem.says(_OK, 90) or b"\r\n+CAOPEN: 0,27\r\n"
    modem.answers["AT+CACLOSE=0"] = b""
    modem.answers["AT+CSQ"] = b"\r\n+CSQ: 17,99\r\n" + _OK
    modem.answers["AT+CGMM"] = b"\r\nSIM7080\r\n" + _OK
    expect(_fault(lambda: ModemStream(at, "10.0.0.1", 1883, 1)), (fault.CONNECT, 27))
    expect(at.ask("AT+CSQ"), (True, ["+CSQ: 17,99"]))


def test_an_empty_answer_to_who_are_you_is_asked_for_again():
    modem, at = _real(sim7080)
    modem.answers["AT+CGMM"] = [_OK, b"\r\nSIM7080G\r\n" + _OK]
    Attach(at, Switch(at, None, None, None), "apn", 8, (2, 27_000))._identify()
    expect(modem.commands[-1], "AT+CGMM")


def test_a_name_that_is_not_known_has_its_cause_at_once():
    modem, at = _real(bg95)
    attach = Attach(at, Switch(at, None, None, None), "apn", 8, (2, 27_000))
    command = 'AT+QIDNSGIP=1,"broker"'
    modem.answers[command] = _OK + b'\r\n+QIURC: "dnsgip",565\r\n'
    expect(_fault(lambda: attach.resolve("broker")), (fault.DNS, 565))
    expect(modem.clock.since_power_ms() < 5000, True)
    told = b'\r\n+QIURC: "dnsgip",0,2,600\r\n'
    modem.answers[command] = _OK + told + b'\r\n+QIURC: "dnsgip","10.6.0.1"\r\n'
    expect(attach.resolve("broker"), "10.6.0.1")
    modem.answers[command] = _OK + told
    modem.says(b'\r\n+QIURC: "dnsgip","10.6.0.2"\r\n', 2000)
    expect(attach.resolve("broker"), "10.6.0.2")


def test_a_socket_that_is_still_open_from_before_is_closed_for_the_next_try():
    is_held = [True]

    def opened(_):
        return _OK + b"\r\n+QIOPEN: 0,%d\r\n" % (563 if is_held[0] else 0)

    def closed(_):
        is_held[0] = False
        return _OK

    modem, at = _real(bg95)
    modem.answers['AT+QIOPEN=1,0,"TCP","10.0.0.1",1883,0,0'] = opened
    modem.answers["AT+QICLOSE=0"] = closed
    modem.answers["AT+QIGETERROR"] = b"\r\n+QIGETERROR: 563,id in use\r\n" + _OK
    expect(_fault(lambda: ModemStream(at, "10.0.0.1", 1883, 1)), (fault.CLOSED, 563))
    ModemStream(at, "10.0.0.1", 1883, 1)


def test_a_flood_that_nobody_asked_for_does_not_fill_the_memory():
    modem, at = _real(sim7020)
    modem.answers["AT+CSOC=1,1,1"] = b"\r\n+CSOC: 0\r\n" + _OK
    modem.answers['AT+CSOCON=0,1883,"10.0.0.1"'] = _OK
    modem.answers["AT+CSOSEND=0,4,6162"] = b""
    stream = ModemStream(at, "10.0.0.1", 1883, 50_000)
    for n in range(30):
        modem.says(b"\r\n+CSONMI: 0,1024," + b"41" * 512 + b"\r\n", 40 * n)
    modem.says(_OK, 3000)
    stream.sendall(b"ab", 5000)
    expect(len(stream._in) <= 4096 + 512, True)
    expect(_fault(lambda: stream.sendall(b"ab", 5000))[0], fault.CLOSED)


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
    expect(_fault(lambda: Switch(at, None, key, None).wake(False))[0], fault.BUDGET)
    expect(key.is_down, False)


def test_what_a_bc660k_pushes_is_heard_also_while_it_sends():
    modem, at = _real(bc660k)
    modem.answers['AT+QIOPEN=0,0,"TCP","10.0.0.1",1883,0,1'] = _OK + b"\r\n+QIOPEN: 0,0\r\n"
    modem.answers["AT+QISEND=0,2"] = lambda _: modem.expect_data(2) or b"\r\n> "
    modem.sent = [(b'\r\n+QIURC: "recv",0,2,"4F4B"\r\n\r\nOK\r\n\r\nSEND OK\r\n', 60)]
    modem.answers["AT+QICLOSE=0"] = _OK + b"\r\nCLOSE OK\r\n"
    stream = ModemStream(at, "10.0.0.1", 1883, 50_000)
    stream.sendall(b"hi", 5000)
    modem.says(b'\r\n+QIURC: "recv",0,4,"40020001"\r\n', 500)
    expect(stream.recv(2, 5000), b"OK")
    expect(stream.recv(9, 5000), b"\x40\x02\x00\x01")
    stream.close()


def test_who_joins_says_its_version_and_loses_its_paging_cycles():
    for told, is_told_off in (
        (b'\r\n+CEDRXS: 5,"0101"\r\n', True),
        (b"\r\n+CEDRXS: 0\r\n", False),
        (b"", False),
    ):
        modem, answers = _modem()
        answers["AT+CEDRXS?"] = told + _OK
        _, attach = _attached(modem)
        expect("AT+CEDRXS=0" in modem.commands, is_told_off)
        expect((attach.version, attach.asked), ("TOY V1.2", ("00000001", "00101000")))


def test_an_address_that_is_refused_has_the_networks_cause():
    for refused in (_OK, b"\r\nERROR\r\n"):
        modem, answers = _modem()
        answers["AT+TNET=1"] = refused
        answers["AT+CEER"] = b"\r\n+CEER: 33\r\n" + _OK
        expect(_fault(lambda: _attached(modem)), (fault.CONTEXT, 33))  # noqa: B023
