"""Promise: what is sent and received over a modem's connection arrives in bounded memory, or it is
closed, however each family tells it.
"""

from expect import expect
from firmware.core import fault
from firmware.drivers.modem.families import bc66, bc660k, bg95, sim7020, sim7080
from firmware.drivers.modem.stream import ModemStream
from ready_modem import OK, fault_of, modem_of, ready_modem


def test_two_pieces_of_a_message_each_have_a_send_ok_of_their_own():
    opened = OK + b"\r\n+QIOPEN: 0,0\r\n"
    for sent in (
        [(b"\r\nSEND OK\r\n", 60)],
        [(b"\r\nOK\r\n\r\nSEND OK\r\n", 60)],
        [(b"\r\nOK\r\n", 30), (b"\r\nSEND OK\r\n", 400)],
        [(b"\r\nOK\r\n\r\nS", 30), (b"END OK\r\n", 51)],
    ):
        modem, answers = ready_modem()
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
        expect(fault_of(lambda: stream.sendall(b"m" * 76, 5000))[0], fault.CLOSED)  # noqa: B023


def test_an_ok_behind_a_failed_open_is_not_the_end_of_the_next_command():
    modem, at = modem_of(sim7080)
    command = 'AT+CAOPEN=0,0,"TCP","10.0.0.1",1883'
    modem.answers[command] = lambda _: modem.says(OK, 90) or b"\r\n+CAOPEN: 0,27\r\n"
    modem.answers["AT+CACLOSE=0"] = b""
    modem.answers["AT+CSQ"] = b"\r\n+CSQ: 17,99\r\n" + OK
    modem.answers["AT+CGMM"] = b"\r\nSIM7080\r\n" + OK
    expect(fault_of(lambda: ModemStream(at, "10.0.0.1", 1883, 1)), (fault.CONNECT, 27))
    expect(at.ask("AT+CSQ"), (True, ["+CSQ: 17,99"]))


def test_a_socket_that_is_still_open_from_before_is_closed_for_the_next_try():
    is_held = [True]

    def opened(_):
        return OK + b"\r\n+QIOPEN: 0,%d\r\n" % (563 if is_held[0] else 0)

    def closed(_):
        is_held[0] = False
        return OK

    modem, at = modem_of(bg95)
    modem.answers['AT+QIOPEN=1,0,"TCP","10.0.0.1",1883,0,0'] = opened
    modem.answers["AT+QICLOSE=0"] = closed
    modem.answers["AT+QIGETERROR"] = b"\r\n+QIGETERROR: 563,id in use\r\n" + OK
    expect(fault_of(lambda: ModemStream(at, "10.0.0.1", 1883, 1)), (fault.CLOSED, 563))
    ModemStream(at, "10.0.0.1", 1883, 1)


def test_a_flood_that_nobody_asked_for_does_not_fill_the_memory():
    modem, at = modem_of(sim7020)
    modem.answers["AT+CSOC=1,1,1"] = b"\r\n+CSOC: 0\r\n" + OK
    modem.answers['AT+CSOCON=0,1883,"10.0.0.1"'] = OK
    modem.answers["AT+CSOSEND=0,4,6162"] = b""
    stream = ModemStream(at, "10.0.0.1", 1883, 50_000)
    for n in range(30):
        modem.says(b"\r\n+CSONMI: 0,1024," + b"41" * 512 + b"\r\n", 40 * n)
    modem.says(OK, 3000)
    stream.sendall(b"ab", 5000)
    expect(len(stream._in) <= 4096 + 512, True)
    expect(fault_of(lambda: stream.sendall(b"ab", 5000))[0], fault.CLOSED)


def test_what_a_bc660k_pushes_is_heard_also_while_it_sends():
    modem, at = modem_of(bc660k)
    modem.answers['AT+QIOPEN=0,0,"TCP","10.0.0.1",1883,0,1'] = OK + b"\r\n+QIOPEN: 0,0\r\n"
    modem.answers["AT+QISEND=0,2"] = lambda _: modem.expect_data(2) or b"\r\n> "
    modem.sent = [(b'\r\n+QIURC: "recv",0,2,"4F4B"\r\n\r\nOK\r\n\r\nSEND OK\r\n', 60)]
    modem.answers["AT+QICLOSE=0"] = OK + b"\r\nCLOSE OK\r\n"
    stream = ModemStream(at, "10.0.0.1", 1883, 50_000)
    stream.sendall(b"hi", 5000)
    modem.says(b'\r\n+QIURC: "recv",0,4,"40020001"\r\n', 500)
    expect(stream.recv(2, 5000), b"OK")
    expect(stream.recv(9, 5000), b"\x40\x02\x00\x01")
    stream.close()
