"""The flash of a board in memory."""

BLOCK_BYTES = 4096
LITTLEFS = {"progsize": 32, "readsize": 32, "lookahead": 32}


class Flash:
    """log(start, data): called behind each act; data b"": a block was erased."""

    def __init__(self, content, log=None):
        self.content = content
        self._log = log or (lambda start, data: None)

    def readblocks(self, block, buffer, offset=0):
        start = block * BLOCK_BYTES + offset
        buffer[:] = self.content[start : start + len(buffer)]

    def writeblocks(self, block, buffer, offset=None):
        start = block * BLOCK_BYTES + (offset or 0)
        self.content[start : start + len(buffer)] = buffer
        self._log(start, buffer)

    def ioctl(self, operation, argument):
        if operation == 4:
            return len(self.content) // BLOCK_BYTES
        if operation == 5:
            return BLOCK_BYTES
        if operation == 6:
            start = argument * BLOCK_BYTES
            self.content[start : start + BLOCK_BYTES] = b"\xff" * BLOCK_BYTES
            self._log(start, b"")
        return 0
