"""The simulated board behind a cable: its flash is the file system, a prompt follows main.py.

micropython -i serve_main.py BOARD_FOLDER REQUEST_FD ANSWER_FD RETAINED JOURNAL VFS
    PLATFORM MACHINE VERSION SCRIPT...

VFS is the flash that an image mounts at "/"; the host's files can't be reached from the prompt.
JOURNAL: "-" on a board without that partition. PLATFORM, MACHINE and VERSION (1.28.0): what the
image says that it is. The flashed firmware/hal runs on the modules in chip/.
"""

import os
import struct
import sys

import micropython
import vfs
from ucollections import namedtuple

_MPY = 11014  # .mpy files of version 6.3, Xtensa with windows
_BUILD = "ESP32_GENERIC"
_LITTLEFS = {"progsize": 32, "readsize": 32, "lookahead": 32}  # as in the image's _boot.py
_FLASH_ACT = 44  # a number of a flash; the answer says whether the board is reset here
_FLASH_READ = 45  # nobody answers
_KBD_INTR = 46
_INTERRUPTED = -(1 << 62)  # the answer when Ctrl-C has come
_BEFORE, _TORN, _AFTER = 1, 2, 3  # where the world resets the board


Implementation = namedtuple("", ("name", "version", "_machine", "_mpy", "_build"))


class Interpreter:
    """In place of micropython: Ctrl-C comes from the world."""

    def __init__(self, real, served):
        self._real = real
        self._served = served

    def __getattr__(self, name):
        return getattr(self._real, name)

    def kbd_intr(self, char):
        self._served.call(_KBD_INTR, char)


class Image:
    """In place of sys: what the image says of itself."""

    def __init__(self, real, platform, machine, version):
        self._real = real
        self.platform = platform
        numbers = tuple(int(part) for part in version.split(".")) + ("",)
        self.implementation = Implementation("micropython", numbers, machine, _MPY, _BUILD)

    def __getattr__(self, name):
        return getattr(self._real, name)


def begin(folder, request_fd, answer_fd, retained, journal, flash, platform, machine, version):
    """What has to be there before boot.py runs."""
    sys.path[:] = [folder, folder + "/chip", folder + "/hal", ".frozen"]
    import border

    host = vfs.VfsPosix()
    requests = open(int(request_fd), "wb")
    note_of_read = struct.pack("<BIq", _FLASH_READ, 0, 0)

    class Served(border.Border):
        """Ctrl-C comes with an answer: never in the middle of the flash's driver."""

        def call(self, operation, value=0, data=b""):
            answer = super().call(operation, value, data)
            if answer == _INTERRUPTED:
                raise KeyboardInterrupt
            return answer

        def nvs_read(self):
            from binascii import unhexlify
            from json import load

            try:
                with host.open(retained + ".nvs", "r") as f:
                    return {key: unhexlify(blob) for key, blob in load(f).items()}
            except OSError:
                return {}

        def nvs_write(self, blobs):
            from binascii import hexlify
            from json import dump

            with host.open(retained + ".new", "w") as f:
                dump({key: str(hexlify(blob), "ascii") for key, blob in blobs.items()}, f)
            host.rename(retained + ".new", retained + ".nvs")

    served = border.border = Served(int(request_fd), int(answer_fd), retained, 0)
    from flash import Flash

    class Told(Flash):
        """The world hears of each act, and may reset the board before, in or after it."""

        def __init__(self, path, number):
            super().__init__(served, path, None, 0, 0)
            self._number = number

        def readblocks(self, block, buffer, offset=0):
            requests.write(note_of_read)
            super().readblocks(block, buffer, offset)

        def writeblocks(self, block, buffer, offset=None):
            reset = self._act()
            if reset == _TORN:
                buffer = buffer[: len(buffer) // 2]
            super().writeblocks(block, buffer, offset)
            self._end(reset)

        def ioctl(self, operation, argument):
            reset = self._act() if operation == 6 else 0
            answer = super().ioctl(operation, argument)
            self._end(reset)
            return answer

        def _act(self):
            reset = super(Served, served).call(_FLASH_ACT, self._number)
            if reset == _BEFORE:
                served.lose_power()
            return reset

        def _end(self, reset):
            if reset:
                served.lose_power()

    served.flash = Told(flash if journal == "-" else journal, 0)
    for part in ("chip", "hal"):
        for name in os.listdir(folder + "/" + part):
            __import__(name.rsplit(".", 1)[0])
    sys.path.append(folder + "/lib")
    __import__("umqtt.simple")  # frozen in an image
    if journal == "-":
        sys.modules["esp32"].Partition.find = staticmethod(lambda kind, label=None: [])
    sys.modules["uctypes"] = sys.modules["slow_memory"]
    sys.modules["micropython"] = Interpreter(micropython, served)
    device = Told(flash, 1)
    image = Image(sys, platform, machine, version)
    vfs.umount("/")
    try:
        root = vfs.VfsLfs2(device, **_LITTLEFS)
    except OSError:  # blank
        vfs.VfsLfs2.mkfs(device, **_LITTLEFS)
        root = vfs.VfsLfs2(device, **_LITTLEFS)
    vfs.mount(root, "/")
    os.chdir("/")
    sys.path[:] = ["", ".frozen", "/lib"]
    sys.modules["sys"] = image


def run(scripts, names):
    """As the image does: an exception leads to the prompt, and past main.py."""
    for script in scripts:
        try:
            with open(script) as f:
                code = compile(f.read(), script, "exec")
            exec(code, names)
        except SystemExit:
            raise
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - as the image does
            if script in os.listdir("/"):
                sys.print_exception(error)
                return


def main(arguments, names):
    """names: of the prompt, of which none is there before boot.py."""
    begin(*arguments[:9])
    for name in list(names):
        if not name.startswith("__"):
            del names[name]
    del sys.modules["serve"]
    run(arguments[9:], names)
