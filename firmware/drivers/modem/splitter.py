"""The bytes of a modem as lines, prompts and counted data; never decided on a part of one.

Answers are CR LF, text, CR LF, with any of these twice or missing. A buffer of fixed size holds
what has no end yet; of a longer line the rest is lost.
"""

from micropython import const

_LF = const(10)
_CR = const(13)
_PROMPTS = b">@"
_ENDS = b',":'  # what may stand before counted data within a line
_SPECIAL = _PROMPTS + _ENDS
_HEAD_BYTES = const(160)  # of a line, in which such data begin


class Splitter:
    """on_line(bytes): without its CR and LF, never empty; what it returns is the number
    of raw bytes that follow. on_part(bytes): the beginning of a line that has no end yet, True
    when these follow it there. on_data(bytes): these, in parts. on_prompt(): only while
    wants_prompt. raw: so many bytes of counted data are still to come. dropped: bytes that found
    no room.
    """

    def __init__(self, on_line, on_part, on_data, on_prompt, line_bytes):
        self._on_line = on_line
        self._on_part = on_part
        self._on_data = on_data
        self._on_prompt = on_prompt
        self._line = bytearray(line_bytes)
        self._used = 0
        self.raw = 0
        self.is_rest = False  # the line begins in the middle of one, behind counted data
        self.wants_prompt = False
        self.dropped = 0

    def feed(self, data):
        at, end = 0, len(data)
        line = self._line
        while at < end:
            if self.raw:
                part = data[at : at + self.raw]
                self.raw -= len(part)
                at += len(part)
                self.is_rest = True
                self._on_data(part)
                continue
            byte = data[at]
            at += 1
            used = self._used
            if byte == _LF:
                self._end()
            elif used == len(line):
                self.dropped += 1
            else:
                line[used] = byte
                self._used = used + 1
                if byte in _SPECIAL:
                    self._look(byte, used)

    def is_empty(self):
        return not (self._used or self.raw)

    def forget(self):
        """What has no end yet is dropped: after silence, or when the modem has restarted."""
        self._used = self.raw = 0
        self.is_rest = False

    def _look(self, byte, before):
        if byte in _PROMPTS:
            if self.wants_prompt and (not before or self._line[before - 1] == _CR):
                self._used = before
                self._end()
                # A space may come behind it; at the beginning of the next line it is nothing.
                self._on_prompt()
        elif before < _HEAD_BYTES:
            part = bytes(self._line[: self._used])
            if self._on_part(part[part.rfind(b"\r") + 1 :]):
                self._end()

    def _end(self):
        line = bytes(memoryview(self._line)[: self._used]).strip(b"\r")
        self._used = 0
        # Between an echo and its answer there may be a CR alone.
        for part in line.split(b"\r") if b"\r" in line else (line,):
            if part.strip():
                self.raw = self._on_line(part) or 0
        self.is_rest = False
