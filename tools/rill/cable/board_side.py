"""What runs on a board for `rill deploy` and `doctor`: small functions that the prompt gets.

They are MicroPython, and short: each name takes memory of the board until its next reset.
"""

FIND_OUT = """
def _found():
    import os, sys
    def read(path, n):
        try:
            with open(path, "rb") as f:
                return f.read(n)
        except OSError:
            return None
    def journal():
        j = read("/journal/format", 6)
        if j is not None or "esp32" != sys.platform:
            return j
        import esp32, vfs
        p = esp32.Partition.find(esp32.Partition.TYPE_DATA, label="journal")
        if not p or not p[0]:
            return None
        try:
            vfs.mount(vfs.VfsLfs2(p[0], readsize=8, progsize=64, lookahead=48), "/journal")
        except OSError:
            return None
        try:
            return read("/journal/format", 6)
        finally:
            vfs.umount("/journal")
    i = sys.implementation
    s = os.statvfs("/")
    names = [(e[0], e[1] == 0x4000) for e in os.ilistdir("/")]
    return (sys.platform, i[0], tuple(i[1][:3]), getattr(i, "_machine", ""), names,
        read("place", 16), read("a/whole", 64), read("b/whole", 64),
        read("boot.py", 800), read("main.py", 800), read("board.py", 800),
        s[0], s[2], s[3], journal())
"""

# Each line is "size path"; no list, which the board might have no memory for.
LIST = """
def _list(path):
    import os
    try:
        s = os.stat(path)
        if s[0] & 0x4000:
            for e in os.ilistdir(path):
                _list(path + "/" + e[0])
        else:
            print(s[6], path)
    except OSError:
        pass
"""

CHANGE = """
def _copy(a, b):
    buf = bytearray(512)
    with open(a, "rb") as f, open(b, "wb") as g:
        while n := f.readinto(buf):
            g.write(memoryview(buf)[:n])
def _dirs(names):
    import os
    for n in names:
        try:
            os.mkdir(n)
        except OSError as e:
            if e.errno != 17:
                raise
def _gone(path):
    import os
    try:
        for e in os.ilistdir(path):
            _gone(path + "/" + e[0])
        os.rmdir(path)
    except OSError:
        try:
            os.remove(path)
        except OSError as e:
            if e.errno != 2:
                raise
def _becomes(path):
    import os
    os.rename(path + ".new", path)
"""

# format(content): as if this board.py lay there already: which pins there are is the board's.
AS_BOARD = """
import sys
class _Made: pass
_names = {{}}
exec({!r}, _names)
_Made.board = _names["board"]
sys.modules["board"] = _Made
"""

STATE = """
def _state():
    import firmware.app, firmware.metering, firmware.sender
    from board import board
    from firmware.hal.power import Power
    from firmware.storage.retained import RetainedState
    s = RetainedState(Power(board.BUTTON_PIN, board.ULP_MEASURE)).load()
    return -1 if s is None else s.crashes
"""

# main.py as at a boot, but for the wake. A boot.py that raises keeps it from being run at all, and
# has to be run only once.
START = """
def _start(has_boot):
    import firmware.app
    class Reached(BaseException): pass
    def run():
        raise Reached
    firmware.app.run = run
    def read(path):
        with open(path) as f:
            return compile(f.read(), path, "exec")
    if has_boot:
        read("boot.py")
    try:
        exec(read("main.py"), {"__name__": "__main__"})
    except Reached:
        return
    raise RuntimeError("main.py does not come to run()")
"""

# A prompt that somebody has opened goes on counting, but sleeps when nobody is there for long.
STAY = """
import sys
_start = sys.modules.get("firmware.console.start")
if _start:
    _start.opened().use()
"""
