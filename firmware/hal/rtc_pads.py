"""The pads that the coprocessor of a plain ESP32 can read.

GPIO: (number of the RTC GPIO, pad register, MUX_SEL, FUN_SEL's lower bit, FUN_IE, SLP_SEL, HOLD).
Source: ESP-IDF soc/esp32, rtc_io_reg.h and rtc_io_periph.c. GPIO 0, 2, 12 and 15 are strapping
pins: a reed that is closed at power-on can keep the chip from booting.
"""

PADS = {
    36: (0, 0x3FF4847C, 27, 22, 19, 21, 31),
    39: (3, 0x3FF4847C, 24, 7, 4, 6, 28),
    34: (4, 0x3FF48480, 29, 26, 23, 25, 31),
    35: (5, 0x3FF48480, 28, 21, 18, 20, 30),
    25: (6, 0x3FF48484, 17, 15, 11, 14, 29),
    26: (7, 0x3FF48488, 17, 15, 11, 14, 29),
    33: (8, 0x3FF4848C, 18, 15, 11, 14, 29),
    32: (9, 0x3FF4848C, 17, 9, 5, 8, 24),
    4: (10, 0x3FF48494, 19, 17, 13, 16, 31),
    0: (11, 0x3FF48498, 19, 17, 13, 16, 31),
    2: (12, 0x3FF4849C, 19, 17, 13, 16, 31),
    15: (13, 0x3FF484A0, 19, 17, 13, 16, 31),
    13: (14, 0x3FF484A4, 19, 17, 13, 16, 31),
    12: (15, 0x3FF484A8, 19, 17, 13, 16, 31),
    14: (16, 0x3FF484AC, 19, 17, 13, 16, 31),
    27: (17, 0x3FF484B0, 19, 17, 13, 16, 31),
}
