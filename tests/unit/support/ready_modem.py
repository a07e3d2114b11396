"""Modems that answer all that is asked on the way into the network, and what goes wrong there."""

from firmware.core.errors import UplinkError
from firmware.drivers.modem.attach import Attach
from firmware.drivers.modem.switching import Switch
from toy_modem import ToyModem

OK = b"\r\nOK\r\n"
_READY = {
    "AT": OK, "ATE0": b"ATE0\r\r\n" + OK, "AT+CMEE=1": OK, "AT+CEREG=4": OK, "AT+CFUN=0": OK,
    "AT+CFUN=1": OK, "AT+CGMM": b"\r\nTOY-1\r\n" + OK, "AT+CPIN?": b"\r\n+CPIN: READY\r\n" + OK,
    "AT+CFUN?": [b"\r\n+CFUN: 0\r\n" + OK], "AT+TBAND=8": OK, 'AT+TAPN="apn"': OK,
    'AT+CPSMS=1,,,"00101000","00000001"': OK, "AT+TSIG": OK,
    "AT+CEREG?": [
        b"\r\n+CEREG: 4,2\r\n" + OK,
        b'\r\n+CEREG: 4,5,"5B57","01A50B1A",9,,,"00000001","00101000"\r\n' + OK,
    ],
    "AT+TIP": [b"\r\n+TIP: 0.0.0.0\r\n" + OK, b"\r\n+TIP: 10.1.2.3\r\n" + OK],
    "AT+TNET=1": OK + b"\r\n+TNET: UP\r\n",
    "AT+CCLK?": b'\r\n+CCLK: "26/01/01,00:00:07+00"\r\n' + OK,
    'AT+TOPEN=0,"broker",1883': OK + b"\r\n+TOPEN: 0,0\r\n",
    "AT+TCLOSE=0": OK, "AT+CEDRXS?": OK, "AT+CGMR": b"\r\nTOY V1.2\r\n" + OK,
}  # fmt: skip


def fault_of(call):
    """(fault, cause) that the call raises, or None."""
    try:
        call()
    except UplinkError as error:
        return error.fault, error.cause
    return None


def ready_modem(**changes):
    """A toy modem that joins the network, and its answers, which can be changed."""
    answers = {}
    for command, answer in _READY.items():
        answers[command] = list(answer) if isinstance(answer, list) else answer
    modem = ToyModem(answers)
    return modem, answers


def attached(modem, was_asleep=False):
    """An engine for the modem, and what has joined the network with it."""
    at = modem.engine()
    attach = Attach(at, Switch(at, None, None, None), "apn", 8, (2, 27_000))
    attach.up(was_asleep)
    return at, attach


def modem_of(family, baud=115200, **changes):
    """A modem that answers as one of another family than the toy's, and an engine for it."""
    answers = dict(_READY)
    answers.update(changes)
    modem = ToyModem(answers, baud=baud)
    at = modem.engine(family=family)
    at.speed(family.BAUDS[0])
    return modem, at
