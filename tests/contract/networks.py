"""The contract of the ports (firmware/hal/__init__.py) of joining a network.

MicroPython functions: tests/host/test_contract.py runs every one of them on the simulated board,
once with the board's own ports and once with the flashed hal over fake chip modules.
"""


def test_wifi_joins_and_knows_the_time():
    from firmware.hal.wifi import WiFi

    wifi = WiFi("bench", "")
    wifi.up(1000)
    assert 1767225600 <= wifi.network_time_s() < 1767225600 + 86400
    wifi.down()


def test_ppp_joins_and_knows_the_time():
    import machine

    from firmware.hal.ppp import Ppp

    uart = machine.UART(1, 115200, tx=machine.Pin(17), rx=machine.Pin(16), timeout=0, rxbuf=1024)
    uart.dialled = True
    for _ in range(2):
        ppp = Ppp(uart)
        ppp.down()
        ppp.up(5000)
        assert 1767225600 <= ppp.network_time_s() < 1767225600 + 86400
        ppp.down()
        uart.write(b"AT")  # which takes commands again
