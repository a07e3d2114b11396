"""Brings the simulated board to the point where an ESP32 runs boot.py, then runs it and main.py.

micropython start.py BOARD_FOLDER HAL REQUEST_FD ANSWER_FD RETAINED FLASH FUSE CUT BAD DUMB
    SCRIPT...

The working directory is the flash: boot.py, main.py, firmware/, lib/, config.json. HAL is
"ports" (the simulated board's own ports stand in for firmware/hal) or "chip" (the flashed
hal runs on fake machine and esp32 modules). CUT: of the flash, OPERATION:MODE:SEED or "-". BAD
and DUMB: in hex, a bit for each block of it that has failed, or that can't be read.
"""

import sys

# What firmware/hal has that a board may bring itself; counter.py, files.py and the links (wifi.py,
# ppp.py, sockets.py) always run as they are.
_PORTS = ("clock", "adc", "serial", "dozing", "line", "flash", "power", "onewire")


class Later:
    """Stands for a module that is imported when it is used: a name of it that nobody uses is none
    on a chip.
    """

    def __init__(self, name):
        self._name = name

    def __getattr__(self, name):
        return getattr(__import__(self._name), name)


def main(folder, hal, request_fd, answer_fd, retained, flash, fuse, cut, bad, dumb, *scripts):
    # An ESP32 looks in '', .frozen and /lib; what is built in there comes from chip/ here.
    sys.path[:] = [folder, folder + "/chip", "", ".frozen", "lib"]
    import border

    border.border = border.Border(int(request_fd), int(answer_fd), retained, int(fuse))
    from flash import Cut, Flash

    cut = None if cut == "-" else Cut(cut)
    border.border.flash = Flash(border.border, flash, cut, int(bad, 16), int(dumb, 16))
    sys.path[:] = sys.path[1:] + [folder + "/hal"]
    if hal == "ports":
        for name in _PORTS:
            sys.modules["firmware.hal." + name] = Later("sim_" + name)
    sys.modules["firmware.hal.chip"] = __import__("sim_chip")
    sys.modules["uctypes"] = __import__("slow_memory")
    for script in scripts:
        run(script)


def run(script):
    with open(script) as f:
        code = compile(f.read(), script, "exec")
    exec(code, {"__name__": "__main__"})


main(*sys.argv[1:])
