"""Promise: a modem at another speed, of another kind or with an answer that is missing joins the
network, or is named for what it is.
"""

from expect import expect
from firmware.core import fault
from firmware.drivers.modem.attach import Attach
from firmware.drivers.modem.families import bc66, bc95, bg95, sim7080
from firmware.drivers.modem.switching import Switch
from ready_modem import OK, attached, fault_of, modem_of, ready_modem


def test_a_modem_at_another_speed_is_told_the_right_one():
    modem, answers = ready_modem()
    modem._baud = 9600

    def faster(command):
        modem._baud = 57600
        return b""

    answers["TOY+SPEED=57600"] = faster
    answers["AT"] = OK
    at = modem.engine()
    attach = Attach(at, Switch(at, None, None, None), "apn", 8, (2, 27_000))
    expect(fault_of(lambda: attach.up(False)), None)
    expect(attach.was_speed, 9600)


def _up(at, key=None):
    Attach(at, Switch(at, None, key, None), "apn", 8, (2, 27_000)).up(False)


def test_another_modem_is_told_as_such_whatever_its_speed_and_state():
    registered = b'\r\n+CEREG: 4,1,"5B57","01A50B1A",9,,,"00000001","00101000"\r\n' + OK
    for model, baud, configured, cfun in (
        ("BC95-G", 9600, sim7080, 0),
        ("BG95-M3", 115200, bc95, 0),
        ("BG95-M3", 115200, sim7080, 1),  # it has joined by itself
        ("BC660K-GL", 115200, bc66, 0),
    ):
        modem, at = modem_of(configured, baud)
        modem.answers["AT+CGMM"] = b"\r\n%s\r\n" % model.encode() + OK
        modem.answers["AT+CFUN?"] = b"\r\n+CFUN: %d\r\n" % cfun + OK
        modem.answers["AT+CEREG?"] = registered
        expect((model, fault_of(lambda: _up(at))), (model, (fault.OTHER, 0)))  # noqa: B023
        expect([one for one in modem.commands if "IPR" in one or "NATSPEED" in one], [])
    for model, configured in (("SIMCOM_SIM7080G", sim7080), ("BC66", bc66), ("BC66NB", bc66)):
        modem, at = modem_of(configured)
        modem.answers["AT+CGMM"] = b"\r\n%s\r\n" % model.encode() + OK
        at.ask("AT+CGMM")
        expect((model, at.is_model()), (model, True))


def test_an_empty_answer_to_who_are_you_is_asked_for_again():
    modem, at = modem_of(sim7080)
    modem.answers["AT+CGMM"] = [OK, b"\r\nSIM7080G\r\n" + OK]
    Attach(at, Switch(at, None, None, None), "apn", 8, (2, 27_000))._identify()
    expect(modem.commands[-1], "AT+CGMM")


def test_a_name_that_is_not_known_has_its_cause_at_once():
    modem, at = modem_of(bg95)
    attach = Attach(at, Switch(at, None, None, None), "apn", 8, (2, 27_000))
    command = 'AT+QIDNSGIP=1,"broker"'
    modem.answers[command] = OK + b'\r\n+QIURC: "dnsgip",565\r\n'
    expect(fault_of(lambda: attach.resolve("broker")), (fault.DNS, 565))
    expect(modem.clock.since_power_ms() < 5000, True)
    told = b'\r\n+QIURC: "dnsgip",0,2,600\r\n'
    modem.answers[command] = OK + told + b'\r\n+QIURC: "dnsgip","10.6.0.1"\r\n'
    expect(attach.resolve("broker"), "10.6.0.1")
    modem.answers[command] = OK + told
    modem.says(b'\r\n+QIURC: "dnsgip","10.6.0.2"\r\n', 2000)
    expect(attach.resolve("broker"), "10.6.0.2")


def test_who_joins_says_its_version_and_loses_its_paging_cycles():
    for told, is_told_off in (
        (b'\r\n+CEDRXS: 5,"0101"\r\n', True),
        (b"\r\n+CEDRXS: 0\r\n", False),
        (b"", False),
    ):
        modem, answers = ready_modem()
        answers["AT+CEDRXS?"] = told + OK
        _, attach = attached(modem)
        expect("AT+CEDRXS=0" in modem.commands, is_told_off)
        expect((attach.version, attach.asked), ("TOY V1.2", ("00000001", "00101000")))


def test_an_address_that_is_refused_has_the_networks_cause():
    for refused in (OK, b"\r\nERROR\r\n"):
        modem, answers = ready_modem()
        answers["AT+TNET=1"] = refused
        answers["AT+CEER"] = b"\r\n+CEER: 33\r\n" + OK
        expect(fault_of(lambda: attached(modem)), (fault.CONTEXT, 33))  # noqa: B023
