"""One command and what comes of it: its answer, its end, and what belongs to nobody.

Echo may be on or off. When it comes, all that came before it was of an earlier time.
"""

from micropython import const

from firmware.drivers.modem.splitter import Splitter

_KEPT = const(4)  # commands without an end whose echo may still come
_MARKS = "+*%^$#"


class Exchange:
    """dialect: of dialect.py. on_urc(text): told of each line that belongs to no command.

    result: None as long as the command has not ended, else its whole text as the notation of
    dialogues has it. code: the number of a +CME or +CMS ERROR. lines, urcs: texts. data: bytes.
    """

    def __init__(self, dialect, on_urc=None):
        self._dialect = dialect
        self._on_urc = on_urc
        self._splitter = Splitter(self._line, self._begun, self._counted, self._prompt)
        self._late = []  # commands that had no end
        self._command = self._prefix = ""
        self._finals = 0
        self._reset()

    def begin(self, command):
        """A command line goes out."""
        if self._command and self.result is None:
            self._late = [self._command] + self._late[: _KEPT - 1]
        self._command = command
        self._prefix = _prefix(command)
        self._finals = command.count(";")  # each part of a line has an OK of its own
        self._reset()
        self._splitter.wants_prompt = True

    def begin_data(self, data):
        """Bytes go out behind a prompt; the command they belong to is the one before."""
        self._reset()
        self._data_echo = data
        self._splitter.wants_prompt = False

    def feed(self, data):
        self._splitter.feed(data)

    def end(self):
        """Silence: what has no end is no line."""
        self._splitter.forget()

    def _reset(self):
        self.result, self.code = None, None
        self.lines, self.urcs, self.data = [], [], b""
        self._data_echo = None
        self._all = []  # in order, in case an echo comes

    def _prompt(self):
        self.result = "prompt"
        self._splitter.wants_prompt = False

    def _begun(self, line):
        """True when counted data follow behind this part of a line."""
        text = _text(line.strip())
        for beginning, end in self._dialect.inline:
            if text.startswith(beginning) and text.endswith(end):
                return _last_number(text[: -len(end)]) > 0
        return False

    def _counted(self, data):
        self.data += data

    def _line(self, line):
        text, told = _text(line.strip()), _text(line)
        if self._is_echo(text):
            return 0
        count = self._count(text)
        if self.result is None and self._command:
            final = self._final(text)
            if final:
                self._ended(text, final)
            elif self._is_urc(text):
                self._is_nobodys(told)
            else:
                self.lines.append(told)
        elif text == "OK" and self.result == "ok" and self._finals > 0:
            self._finals -= 1
        else:
            self._is_nobodys(told)
        self._all.append(told)
        return count

    def _is_nobodys(self, told):
        self.urcs.append(told)
        if self._on_urc:
            self._on_urc(told)

    def _is_echo(self, text):
        folded = text.lower()
        if self._data_echo is not None:
            return self.result is None and bool(text) and text == _text(self._data_echo).rstrip()
        if folded == self._command.strip().lower() and self._command:
            # What came before it was not for this command.
            self.urcs, self.lines = self._all, []
            self._all = list(self.urcs)
            self.result, self.code = None, None
            self._splitter.wants_prompt = True
            return True
        for late in self._late:
            if folded == late.strip().lower():
                self._late.remove(late)
                return True
        return False

    def _final(self, text):
        """What of the dialect's results it is; "" when it is none for this command."""
        for final in self._dialect.finals:
            if text == final or (final[-1] == ":" and text.startswith(final)):
                return final
        word = self._command.upper()
        for prompt, only in self._dialect.prompts:
            if text == prompt and only in word and self._data_echo is None:
                return prompt
        for final, only in self._dialect.only:
            is_it = text == final or (final[-1] == ":" and text.startswith(final))
            if is_it and (only in word or self._data_echo is not None):
                return final
        return ""

    def _ended(self, text, final):
        self._splitter.wants_prompt = False
        if final in ("+CME ERROR:", "+CMS ERROR:"):
            what = text[len(final) :].strip()
            self.result = final[1:4].lower() + " " + what
            self.code = int(what) if what.isdigit() else None
        elif final in [prompt for prompt, _ in self._dialect.prompts]:
            self.result = "prompt"
        else:
            self.result = text.lower()

    def _is_urc(self, text):
        if self._prefix and text.upper().startswith(self._prefix):
            return self._is_urc_of_same_name(text)
        if text[0] in _MARKS:
            return True
        for urc in self._dialect.urcs:
            if text.startswith(urc):
                return True
        return not _is_plain(text) or text[1:2] == "," and text[3:] in ("CLOSED", "CONNECT OK")

    def _is_urc_of_same_name(self, text):
        """True for a registration that is told while it is asked for, or a count that has come."""
        fields = text[len(self._prefix) :].lstrip(":").split(",")
        if self._prefix in ("+CEREG", "+CGREG", "+CREG"):
            if not self._command.rstrip().endswith("?"):
                return True
            second = fields[1].strip() if len(fields) > 1 else ""
            return not (second.isdigit() and len(second) <= 2)
        if self._prefix == "+CIPRXGET":
            return fields[0].strip() == "1" and len(fields) == 2 and "=1" not in self._command
        return self._prefix == "+QIURC"

    def _count(self, text):
        for beginning, end in self._dialect.inline:
            if text.startswith(beginning) and text.endswith(end):
                return _last_number(text[: -len(end)])
        for beginning, place, least, _ in self._dialect.counted:
            if text.startswith(beginning):
                fields = text[text.index(":") + 1 :].split(",") if ":" in text else text.split(",")
                if beginning == "+QIRD:" and len(fields) != 1:
                    return 0
                field = fields[place].strip() if len(fields) >= least else ""
                return int(field) if field.isdigit() else 0
        return 0


def _last_number(text):
    digits = text[max(text.rfind(","), text.rfind(":")) + 1 :].strip()
    return int(digits) if digits.isdigit() else 0


def _prefix(command):
    """+NAME of a command AT+NAME=..., "" of one without."""
    text = command.strip().upper()
    if not text.startswith("AT") or len(text) < 4 or text[2] not in _MARKS:
        return ""
    end = 3
    while end < len(text) and (text[end].isalpha() or text[end].isdigit()):
        end += 1
    return text[2:end]


def _is_plain(text):
    return "\\x" not in text


def _text(line):
    """As the notation has it: what can't be printed, or seen at either end, as an escape."""
    last = len(line) - 1
    return "".join(
        [
            _escape(byte) if n in (0, last) and byte == 32 else _shown(byte)
            for n, byte in enumerate(line)
        ]
    )


def _shown(byte):
    return chr(byte) if 32 <= byte < 127 and byte != 92 else _escape(byte)


def _escape(byte):
    return "\\\\" if byte == 92 else "\\x%02X" % byte
