"""A fake of the non-volatile storage port: survives everything, a write is all or nothing."""

_EIO = 5


class FakeNvs:
    """content: key -> bytes. Switches: read_fails, write_fails."""

    def __init__(self, content=None, fuse=None):
        self.content = {} if content is None else content
        self.read_fails = self.write_fails = False
        self.writes = 0
        self._fuse = fuse

    def read(self, key):
        if self.read_fails:
            raise OSError(_EIO)
        return self.content.get(key)

    def write(self, key, data):
        self._burn()
        if self.write_fails:
            raise OSError(_EIO)
        self.writes += 1
        self.content[key] = bytes(data)
        self._burn()

    def _burn(self):
        if self._fuse:
            self._fuse.burn()
