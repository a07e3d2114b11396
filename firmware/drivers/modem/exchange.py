"""One command and what comes of it: its answer, its end, and what belongs to nobody.

Echo may be on or off. When it comes, all that came before it was of an earlier time.
"""

from micropython import const

from firmware.drivers.modem.reading import (
    MARKS,
    begins,
    count,
    final_of,
    has_other_name,
    is_hex,
    is_it,
    is_named,
    is_printable,
    is_same,
    names_of,
    text_of,
    without_number,
)
from firmware.drivers.modem.splitter import Splitter

_KEPT = const(4)  # commands whose echo may still come
_KEPT_CHARS = const(48)  # of each
_NOISE = b"\r \t\x00\xff"  # at either end of a line: a modem that wakes
_NONE = (0, 0, "")
_PROMPTS = (">", "@")
_WITH_TEXT = ("+CMT:", "+CBM:")
_ECHO_ENDS = b"\r \t>\x1a"  # each line of a text may have a prompt; its Ctrl-Z may have no echo


class Exchange:
    """dialect: of dialect.py. on_urc(text): told of each line that belongs to no command. The
    others bound the memory: of a line, the number of lines and as many URCs, and the bytes of all
    that is kept of an exchange.

    result: None as long as the command has not ended, else its whole text as the notation of
    dialogues has it. code: the number of a +CME or +CMS ERROR. lines, urcs: texts. data: bytes.
    dropped: bytes that found no room, of all exchanges.
    """

    def __init__(self, dialect, on_urc=None, line_bytes=1200, lines=24, kept_bytes=4096):
        self._dialect = dialect
        self._on_urc = on_urc
        self._most_lines = lines
        self._most_bytes = kept_bytes
        self._splitter = Splitter(self._line, self._begun, self._counted, self._prompt, line_bytes)
        self.is_between_lines = self._splitter.is_empty  # called: nothing waits for its end
        self._late = []  # beginnings of commands that had no echo
        self._command = self._word = ""
        self._data_echo = b""
        self._names = []  # of its parts, and whether each asks
        self._missed = None  # the same of the command before, when it has not ended
        self._finals = 0
        self._has_echo = True
        self._reset()

    @property
    def data(self):
        return bytes(self._data)

    @property
    def dropped(self):
        return self._splitter.dropped

    def begin(self, command):
        """A command line goes out."""
        if self._command and not self._has_echo:
            self._late = [self._command[:_KEPT_CHARS]] + self._late[: _KEPT - 1]
        self._missed = None
        if self._command and self.result is None:
            self._missed = [named for named in self._names if named[1]]
            self._splitter.raw = 0  # nor will its data come
        self._command = text_of(command.strip().encode())
        self._names = names_of(self._command)
        self._word = "AT" + self._names[0][0] if self._names else ""
        self._finals = len(self._names) - 1  # each part of a line has an OK of its own
        self._has_echo = False
        self._reset()
        self._splitter.wants_prompt = self._may_prompt()

    def begin_data(self, data):
        """Bytes go out behind a prompt; the command they belong to is the one before."""
        before = self._data_echo  # a piece that is not echoed yet
        self._reset()
        self._is_data = True
        if self._has_echo:
            self._data_echo = before + bytes(data).replace(b"\r", b"\n")
        self._splitter.wants_prompt = False

    def feed(self, data):
        self._splitter.feed(data)

    def end(self):
        """Silence: what has no end is no line."""
        self._splitter.forget()

    def _reset(self):
        self.result, self.code = None, None
        self.lines, self.urcs = [], []
        self._all = []  # in order, in case an echo comes
        self._data = bytearray()
        self._room = self._most_bytes
        self._taken = _NONE  # of counted data: number, where they begin, what stood in front
        self._is_data = self._is_of_late = False
        self._data_echo = b""
        self._boot = 0  # of a banner: 2 and 1 before its name and its OK; 3: before a message

    def _may_prompt(self):
        word, command = self._word, self._command
        return (
            word[2:3] in ("+", "#") and command[-1] != "?" and ("=" in command or "SEND" in word)
        )

    def _prompt(self):
        if self._splitter.wants_prompt:
            self.result = "prompt"
            self._splitter.wants_prompt = False

    def _begun(self, part):
        """True when counted data follow behind this part of a line."""
        return self._count(text_of(part.strip(_NOISE)), True) > 0

    def _count(self, text, is_part=False):
        return count(text, self._word, self._dialect.counted, is_part)

    def _counted(self, data):
        room = min(len(data), self._room)
        self._data.extend(data[:room])
        self._room -= room
        self._splitter.dropped += len(data) - room

    def _line(self, line):
        if self._splitter.is_rest and self._taken[0] and self._is_rest(line):
            return 0
        bare = line.strip(_NOISE)
        text = text_of(bare)
        if text in _PROMPTS or self._is_echo(line, text):
            return 0
        told = text if bare == line else text_of(line)
        number = self._count(text)
        kept = self._place(line, text)
        self._keep(kept, told)
        if kept is self.urcs and self._on_urc:
            self._on_urc(told)
        if number:
            self._taken = number, len(self._data), told if text[-1] == '"' else ""
        return number

    def _is_rest(self, line):
        """The rest of a line whose data are hex digits, two for each byte that was counted."""
        (count, start, head), self._taken = self._taken, _NONE
        rest = line.strip()
        if head and rest == b'"':
            return True
        if len(rest) != count + (1 if head else 0) or not is_hex(rest.rstrip(b'"')):
            return False
        if not is_hex(self._data[start:]):
            return False
        if not head:
            self._counted(rest)
            return True
        whole = head + str(self._data[start:], "utf-8") + text_of(rest)
        self._data = self._data[:start]
        for kept in (self.lines, self.urcs, self._all):
            if kept and kept[-1] is head:
                kept[-1] = whole
        return True

    def _place(self, line, text):
        """The list that a line belongs to; a result belongs to none, None."""
        if self._is_of_banner(text):
            return self.urcs
        final = final_of(text, self._word, self._dialect, self._is_data)
        told = self._dialect.told
        is_answer = text[:1] in MARKS and is_named(text, self._names, told)
        if self._missed is not None and not (self._has_echo or self.lines):
            # Without echo an answer shows whose is what came before it, or will come.
            if is_answer and self.result == "ok":
                self.result, self.urcs = None, list(self._all)
            self._is_of_late = not is_answer and (
                self._is_of_late or text[:1] in MARKS and is_named(text, self._missed, told)
            )
        if self._is_of_late:
            self._is_of_late = not final
            return self.urcs
        if self.result is None and self._command:
            if final:
                self._ended(text, final)
                return None
            return self.urcs if self._is_urc(line, text) else self.lines
        if self.result == "ok" and self._finals > 0:
            if final:
                self._finals -= 1
                self._ended(text, final)
                return None
            if is_answer:
                return self.lines
        return self.urcs

    def _keep(self, kept, told):
        is_full = kept is not None and len(kept) >= self._most_lines
        if is_full or len(told) > self._room or len(self._all) >= 2 * self._most_lines:
            self._splitter.dropped += len(told)
            return
        self._room -= len(told)
        self._all.append(told)
        if kept is not None:
            kept.append(told)

    def _is_of_banner(self, text):
        """True for the name that follows the cause of a reboot, and for the OK behind it.

        Also for the text of a short message, whatever it says.
        """
        left, self._boot = self._boot, 0
        if text.startswith("REBOOT_CAUSE") or text[:5] in _WITH_TEXT:
            self._boot = 3 if text[0] == "+" else 2
            return True
        if left == 2 and text != "OK":
            self._boot = 1
        return left > 1 or left > 0 and text == "OK"

    def _is_echo(self, line, text):
        if self._is_data:
            return self._is_echo_of_data(line)
        if self._has_echo and has_other_name(text, self._word, self._dialect.answers):
            return False
        if is_same(text, self._command):
            # What came before it was not for this command.
            lines, self.urcs, self.lines = self.lines, self._all, []
            for told in lines if self._on_urc else ():
                self._on_urc(told)
            self._all = list(self.urcs)
            self.result, self.code = None, None
            self._is_of_late, self._has_echo = False, True
            self._boot = 0
            self._splitter.wants_prompt = self._may_prompt()
            return True
        for late in self._late:
            if is_same(text[:_KEPT_CHARS], late):
                self._late.remove(late)
                self._is_of_late = True
                return True
        return False

    def _is_echo_of_data(self, line):
        said = self._data_echo
        while said and self.result is None:
            first, _, said = said.partition(b"\n")
            if first.strip(_ECHO_ENDS):
                is_echo = first.strip(_ECHO_ENDS) == line.strip(_ECHO_ENDS)
                self._data_echo = said if is_echo else b""
                return is_echo
        return False

    def _ended(self, text, final):
        if final == "OK":
            self._take_back()
        # Some say OK before they ask for data.
        splitter = self._splitter
        splitter.wants_prompt = splitter.wants_prompt and final == "OK"
        if final in ("+CME ERROR:", "+CMS ERROR:"):
            what = text[len(final) :].strip()
            self.result = final[1:4].lower() + " " + what
            self.code = int(what) if what.isdigit() else None
        else:
            self.result = final if final == "prompt" else text.lower()

    def _take_back(self):
        """What was taken for news, when nothing else has answered a question."""
        lines = self.lines
        for name, is_question in self._names:
            if is_question and name in self._dialect.told:
                said = [told for told in self.urcs if told.startswith(name)]
                if said and not [told for told in lines if told.startswith(name)]:
                    self.urcs.remove(said[-1])
                    lines.append(said[-1])
                    lines.sort(key=self._all.index)

    def _is_urc(self, line, text):
        if not text:
            return True
        answers = is_named(text, self._names, self._dialect.told)
        if answers is not None:
            return not answers
        if has_other_name(text, self._word, self._dialect.answers):
            return False
        if text[0] in MARKS:
            return True
        for urc in self._dialect.urcs:
            if begins(text, urc):
                return True
        for final, _ in self._dialect.only:
            if is_it(without_number(text), final):
                return True  # of an earlier command
        return without_number(text) == "CLOSED" or not is_printable(line)
