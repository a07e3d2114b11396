"""Brings the simulated board to the point where an ESP32 runs boot.py, then runs it and main.py.

micropython start.py BOARD_FOLDER HAL REQUEST_FD ANSWER_FD RETAINED FLASH FUSE CUT BAD DUMB
    SCRIPT...

The working directory is the flash: boot.py, main.py, firmware/, lib/, config.json. HAL is
"ports" (the simulated board's own ports stand in for firmware/hal) or "chip" (the flashed
hal runs on fake machine and esp32 modules). CUT: of the flash, OPERATION:MODE:SEED or "-". BAD
and DUMB: in hex, a bit for each block of it that has failed, or that can't be read.
"""

import gc
import sys

# What firmware/hal has that a board may bring itself; counter.py, files.py and the links (wifi.py,
# ppp.py, sockets.py) always run as they are.
_PORTS = ("clock", "adc", "serial", "line", "flash", "power", "onewire")


class Later:
    """Stands for a module that is imported when it is used: a name of it that nobody uses is none
    on a chip.
    """

    def __init__(self, name):
        self._name = name

    def __getattr__(self, name):
        return getattr(__import__(self._name), name)


_TABLE_BYTES = 12_000  # of 1,260 names
_MODULES = 81  # a table of 80 doubles


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
    make_room_for_names()
    for script in scripts:
        run(script)


def make_room_for_names():
    """Let the interpreter's tables of names and of modules double before the firmware comes.

    The board's own lie in ROM on a chip; here they would make the tables double where the firmware
    alone does not. What it needs itself has room behind that, and counts: board_process.py, and
    tests/host/test_simulate.py, which counts its names.
    """
    gc.disable()  # what is collected meanwhile would hide the step
    n, before = 0, gc.mem_alloc()
    while gc.mem_alloc() - before < _TABLE_BYTES:
        before = gc.mem_alloc()
        hasattr(sys, "~%d" % n)
        n += 1
    for n in range(_MODULES):
        sys.modules["~%d" % n] = None
    for n in range(_MODULES):
        del sys.modules["~%d" % n]
    gc.enable()
    gc.collect()


def run(script):
    with open(script) as f:
        code = compile(f.read(), script, "exec")
    exec(code, {"__name__": "__main__"})


main(*sys.argv[1:])
