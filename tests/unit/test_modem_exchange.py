"""Promise: what a modem says is read as what it is, however its bytes arrive."""

import random

from expect import expect
from firmware.drivers.modem.dialect import FAMILIES
from firmware.drivers.modem.exchange import Exchange


def _ways(data):
    yield [data]
    yield [data[n : n + 1] for n in range(len(data))]
    random.seed(len(data))
    for _ in range(5):
        parts, at = [], 0
        while at < len(data):
            size = random.randint(1, 9)
            parts.append(data[at : at + size])
            at += size
        yield parts


def _heard(command, data, family="other", data_out=None):
    """(result, lines, urcs, data) of an exchange, however the bytes come."""
    found = None
    for parts in _ways(data):
        exchange = Exchange(FAMILIES[family])
        exchange.begin(command)
        if data_out is not None:
            exchange.begin_data(data_out)
        for part in parts:
            exchange.feed(part)
        now = exchange.result, exchange.lines, exchange.urcs, exchange.data
        if found is not None:
            expect(now, found)
        found = now
    return found


def test_an_answer_with_and_without_echo():
    for echo in (b"", b"AT+CSQ\r\r\n", b"at+csq\r\n"):
        expect(
            _heard("AT+CSQ", echo + b"\r\n+CSQ: 17,99\r\n\r\nOK\r\n"),
            ("ok", ["+CSQ: 17,99"], [], b""),
        )


def test_what_comes_before_an_echo_is_of_an_earlier_time():
    said = b"\r\nOK\r\n+CPIN: READY\r\nAT+CFUN=1\r\r\nERROR\r\n"
    expect(_heard("AT+CFUN=1", said), ("error", [], ["OK", "+CPIN: READY"], b""))


def test_payload_that_looks_like_a_result_is_payload():
    payload = b"OK\r\nERROR\r\n+CME ERROR: 50\r\n\x00>"
    head = b"\r\n+QIRD: %d\r\n" % len(payload)
    expect(_heard("AT+QIRD=0,100", head + payload + b"\r\n\r\nOK\r\n"),
           ("ok", ["+QIRD: %d" % len(payload)], [], payload))  # fmt: skip
    head = b"\r\n+CARECV: %d," % len(payload)
    expect(_heard("AT+CARECV=0,100", head + payload + b"\r\n\r\nOK\r\n"),
           ("ok", ["+CARECV: %d," % len(payload)], [], payload))  # fmt: skip


def test_a_socket_that_closes_in_the_middle_of_an_answer():
    said = b'AT+QISTATE=1,0\r\r\n+QISTATE: 0,"TCP"\r\n+QIURC: "closed",0\r\n\r\nOK\r\n'
    expect(
        _heard("AT+QISTATE=1,0", said), ("ok", ['+QISTATE: 0,"TCP"'], ['+QIURC: "closed",0'], b"")
    )


def test_a_registration_that_is_told_while_it_is_asked_for():
    said = (
        b'\r\n+CEREG: 5,"1234","0ABCDEF1",9\r\n\r\n+CEREG: 5,1,"1234","0ABCDEF1",9\r\n\r\nOK\r\n'
    )
    _, lines, urcs, _ = _heard("AT+CEREG?", said)
    expect((lines, urcs), (['+CEREG: 5,1,"1234","0ABCDEF1",9'], ['+CEREG: 5,"1234","0ABCDEF1",9']))


def test_a_prompt_needs_no_end_of_line_and_an_error_in_its_place_is_one():
    expect(_heard("AT+QISEND=0,4", b"AT+QISEND=0,4\r\r\n> ")[0], "prompt")
    expect(_heard("AT+QISEND=0,4", b"\r\n>")[0], "prompt")
    expect(_heard("AT+CSQ", b'\r\n+CSQ: "a > b"\r\n\r\nOK\r\n')[1], ['+CSQ: "a > b"'])
    expect(_heard("AT+QISEND=0,4", b"\r\nERROR\r\n")[0], "error")


def test_results_of_errors_with_their_numbers():
    for said, result in (
        (b"\r\n+CME ERROR: 50\r\n", "cme 50"), (b"\r\n+CMS ERROR: 500\r\n", "cms 500"),
        (b"\r\n+CME ERROR: SIM not inserted\r\n", "cme SIM not inserted"),
        (b"\r\nERROR\r\n", "error"), (b"\r\n+CREG: 1\r\n", None),
    ):  # fmt: skip
        expect(_heard("AT+CPIN?", said)[0], result)


def test_noise_long_lines_and_nonsense_end_in_an_outcome():
    random.seed(11)
    sound = (
        b'AT+CSQ\r\r\n+CSQ: 17,99\r\n+QIURC: "recv",0,3\r\nabc\r\n\r\nOK\r\n> +CARECV: 3,abc\r\n'
    )
    for _ in range(400):
        damaged = bytearray(sound * random.randint(1, 3))
        for _ in range(random.randint(1, 12)):
            place = random.randrange(len(damaged))
            what = random.randrange(3)
            if what == 0:
                damaged[place] ^= 1 << random.randrange(8)
            elif what == 1:
                damaged = damaged[:place] + damaged[place + random.randint(1, 9) :] or bytearray(1)
            else:
                noise = bytes([random.getrandbits(8) for _ in range(random.randint(1, 40))])
                damaged = damaged[:place] + noise + damaged[place:]
        _heard("AT+CSQ", bytes(damaged))
    exchange = Exchange(FAMILIES["other"])
    exchange.begin("AT")
    for _ in range(90):
        exchange.feed(b"x" * 100)
    exchange.feed(b"\r\nOK\r\n")
    expect((exchange.result, [len(line) for line in exchange.lines]), ("ok", [1200]))
