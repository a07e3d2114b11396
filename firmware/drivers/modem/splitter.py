"""The bytes of a modem as lines, prompts and counted data; never decided on a part of one.

Answers are CR LF, text, CR LF, with any of these twice or missing. A buffer of fixed size holds
what has no end yet; of a longer line the rest is lost.
"""

from micropython import const

_LINE_BYTES = const(2048)  # an echo of 1 kB in hex
_LF = const(10)
_SEPARATORS = b',"'
_PROMPTS = (b">", b"> ", b"@")


class Splitter:
    """on_line(bytes): without its CR and LF, never empty; what it returns is the number
    of raw bytes that follow. on_part(bytes): of a line that is at a comma or a quote, True when
    these follow there. on_data(bytes): these, in parts. on_prompt(): only while
    wants_prompt.
    """

    def __init__(self, on_line, on_part, on_data, on_prompt):
        self._on_line = on_line
        self._on_part = on_part
        self._on_data = on_data
        self._on_prompt = on_prompt
        self._line = bytearray(_LINE_BYTES)
        self._used = 0
        self._raw = 0  # so many bytes of counted data are still to come
        self._is_over = False  # the rest of a line that was too long
        self.wants_prompt = False

    def feed(self, data):
        at = 0
        while at < len(data):
            if self._raw:
                part = data[at : at + self._raw]
                self._raw -= len(part)
                at += len(part)
                self._on_data(bytes(part))
                continue
            self._put(data[at])
            at += 1

    def forget(self):
        """What has no end yet is dropped: after silence, or when the modem has restarted."""
        self._used = self._raw = 0
        self._is_over = False

    def _put(self, byte):
        if byte == _LF:
            self._end()
            return
        if self._is_over:
            return
        self._line[self._used] = byte
        self._used += 1
        if self.wants_prompt and self._used <= 3 and self._rest() in _PROMPTS:
            # Some modems send a space behind it; at the beginning of the next line it is nothing.
            self._used = 0
            self._on_prompt()
        elif byte in _SEPARATORS and self._on_part(bytes(self._line[: self._used])):
            self._end()
        elif self._used == _LINE_BYTES:
            self._is_over = True

    def _rest(self):
        return bytes(self._line[: self._used]).lstrip(b"\r")

    def _end(self):
        line = bytes(self._line[: self._used]).strip(b"\r")
        self._used, self._is_over = 0, False
        if line.strip():
            self._raw = self._on_line(line) or 0
