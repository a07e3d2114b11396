"""A real littlefs on a block device in RAM, mounted at /journal, whose power can be cut."""

import vfs

from firmware.hal.files import Files
from firmware.hal.mounting import mount

ROOT = "/journal"
BLOCK_BYTES = 4096
_EIO = 5
_PAGE_BYTES = 256
_PAGES = BLOCK_BYTES // _PAGE_BYTES
_BLANK = b"\xff" * _PAGE_BYTES


class PowerCut(Exception):
    """No OSError: the firmware has no say in it."""


class RamFlash:
    """Blocks of erased NOR flash; only pages that were written take memory.

    content: of each block its pages, in pieces small enough for a heap full of holes

    cut_at: the write or erase (0, 1, 2 ...) that is only half done when power fails.
    fail_at: the one that raises OSError, as do all behind it when fails_for_ever.
    fail_read_at: the read that does.
    """

    def __init__(self, blocks=16, content=None):
        self.blocks = blocks
        self.content = content or [None] * blocks
        self.cut_at = self.fail_at = self.fail_read_at = None
        self.is_dead = self.fails_for_ever = False
        self.changes = self.reads = self.read_bytes = 0

    def copy(self):
        """What is left when this flash is taken out: another one with the same content."""
        content = [
            block and [page and bytearray(page) for page in block] for block in self.content
        ]
        return RamFlash(self.blocks, content)

    def readblocks(self, block, buffer, offset=0):
        self._refuse_when_dead()
        self.reads += 1
        if self.reads - 1 == self.fail_read_at:
            raise OSError(_EIO)
        self.read_bytes += len(buffer)
        view = memoryview(buffer)
        for page, inside, at, size in _pages(offset, len(buffer)):
            pages = self.content[block + page // _PAGES]
            content = memoryview(pages and pages[page % _PAGES] or _BLANK)
            view[at : at + size] = content[inside : inside + size]

    def writeblocks(self, block, buffer, offset=0):
        kept = self._kept(len(buffer))
        if kept:
            self._program(block, memoryview(buffer)[:kept], offset)
        self._end_of_change()

    def _program(self, block, data, offset):
        for page, inside, at, size in _pages(offset, len(data)):
            pages = self.content[block + page // _PAGES]
            if pages is None:
                pages = self.content[block + page // _PAGES] = [None] * _PAGES
            if pages[page % _PAGES] is None:
                pages[page % _PAGES] = bytearray(_BLANK)
            content = pages[page % _PAGES]
            for i in range(size):
                content[inside + i] &= data[at + i]  # NOR: a bit goes from 1 to 0

    def ioctl(self, operation, argument):
        if operation == 4:
            return self.blocks
        if operation == 5:
            return BLOCK_BYTES
        if operation == 6:
            self._erase(argument)
        return 0

    def _erase(self, block):
        kept = self._kept(BLOCK_BYTES) // _PAGE_BYTES
        pages = self.content[block]
        if pages:
            self.content[block] = [None] * kept + pages[kept:] if kept < _PAGES else None
        self._end_of_change()

    def _kept(self, whole_bytes):
        """How much of a change takes place."""
        self._refuse_when_dead()
        self.changes += 1
        if self._fails():
            return 0
        if self.changes - 1 == self.cut_at:
            self.is_dead = True
            return whole_bytes // 2
        return whole_bytes

    def _end_of_change(self):
        self._refuse_when_dead()
        if self._fails():
            raise OSError(_EIO)

    def _fails(self):
        behind = -1 if self.fail_at is None else self.changes - 1 - self.fail_at
        return behind == 0 or (behind > 0 and self.fails_for_ever)

    def _refuse_when_dead(self):
        if self.is_dead:
            raise PowerCut


def _pages(offset, size):
    """The pages of a stretch: (page of the block, offset in it, offset in the stretch, bytes)."""
    done = 0
    while done < size:
        page, inside = divmod(offset + done, _PAGE_BYTES)
        part = min(size - done, _PAGE_BYTES - inside)
        yield page, inside, done, part
        done += part


def unmount():
    try:
        vfs.umount(ROOT)
    except OSError:
        pass  # nothing was mounted yet


def mounted(flash):
    """The files on it, in place of what was mounted before; made when it is blank."""
    unmount()
    mount(flash, ROOT)
    return Files(ROOT)


def remounted(flash):
    """As after a reset: nothing but the flash has survived."""
    return mounted(flash)


def write_file(name, data):
    """Put a file there as if something else had written it."""
    with open("%s/%s" % (ROOT, name), "wb") as f:
        f.write(data)


def read_file(name):
    with open("%s/%s" % (ROOT, name), "rb") as f:
        return f.read()


def fill(files):
    """Other files take all blocks that are free."""
    n = 0
    while True:
        try:
            files.append("other%d" % n, bytes(BLOCK_BYTES))
        except OSError:
            return
        n += 1


def every_cut(flash, act, check):
    """Power fails in the middle of each write and erase of act(files), in turn.

    check(files, done) then sees what is left; done: act() had returned (the last round).
    """
    done = False
    cut_at = 0
    while not done:
        victim = flash.copy()
        files = remounted(victim)
        victim.changes = 0
        victim.cut_at = cut_at
        try:
            act(files)
            done = not victim.is_dead
        except PowerCut:
            pass
        try:
            check(remounted(victim.copy()), done)
        except Exception as error:
            print("power cut at change %d" % cut_at)
            raise error
        cut_at += 1
    if cut_at < 2:
        raise AssertionError("nothing was written")


class RamFiles:
    """A files port over a dict, for damage that no file system would let through.

    Files of a folder are in it under folder/name.
    """

    def __init__(self, content=None, prefix=""):
        self.content = {} if content is None else content
        self._prefix = prefix

    def folder(self, name):
        return RamFiles(self.content, self._prefix + name + "/")

    def make(self):
        pass

    def append(self, name, data):
        name = self._prefix + name
        self.content[name] = self.content.get(name, b"") + bytes(data)

    def replace(self, name, data):
        self.content[self._prefix + name] = bytes(data)

    def read(self, name, offset, buffer):
        name = self._prefix + name
        if name not in self.content:
            raise OSError(2)
        part = self.content[name][offset : offset + len(buffer)]
        buffer[: len(part)] = part
        return len(part)

    def read_end(self, name, buffer):
        size = self.size(name)
        if size is not None:
            self.read(name, max(0, size - len(buffer)), buffer)
        return size

    def size(self, name):
        name = self._prefix + name
        return len(self.content[name]) if name in self.content else None

    def names(self):
        begin = len(self._prefix)
        inside = [name[begin:] for name in self.content if name.startswith(self._prefix)]
        return [name for name in inside if "/" not in name]

    def sizes(self):
        return [(name, self.size(name)) for name in self.names()]

    def remove(self, name):
        del self.content[self._prefix + name]

    def move(self, name, folder):
        self.content[folder._prefix + name] = self.content.pop(self._prefix + name)

    def capacity_bytes(self):
        return 65536

    def free_bytes(self):
        return 65536
