"""What a line or a command is made of: pure functions of the reader (exchange.py)."""

from micropython import const

MARKS = "+*%^$#&"
_REGISTRATIONS = ("+CEREG", "+CGREG", "+CREG")
_WITH_MODE = ("+CSCON", "+NPSMR")  # what answers has a mode in front of what is told
_MOST_DIGITS = const(6)
_HEX = b"0123456789ABCDEFabcdef"


def is_it(text, final):
    return text == final or final[-1] in ": " and text.startswith(final)


def is_same(text, command):
    """True for a command's echo; of a modem that wakes it may lack the first byte, and a prompt
    that came too late may stand in front."""
    text = text.lstrip("@> ")
    more = len(command) - len(text)
    return bool(text) and 0 <= more <= 1 and text.lower() == command[more:].lower()


def without_number(text):
    """A result without the socket's number in front."""
    return text[text.index(",") + 1 :].strip() if text[:1].isdigit() and "," in text else text


def final_of(text, word, dialect, is_data):
    """Which of a dialect's results a line is for a command with this name; "": none."""
    for final in dialect.finals:
        if is_it(text, final):
            return final
    for prompt, only in dialect.prompts:
        if text == prompt and only in word and not is_data:
            return "prompt"
    bare = without_number(text)
    for final, only in dialect.only:
        if is_it(bare, final) and only in word:
            return final if bare is text or only != "CIPSTART" else ""
    return ""


def has_other_name(text, word, answers):
    """True for an answer that has not the name of the command."""
    for only, beginning in answers:
        if only in word and (
            text.startswith(beginning) if beginning else text[0] in MARKS and ":" not in text
        ):
            return True
    return False


def is_named(text, names, told):
    """True: it answers one of these. False: it has the name, but is told. None: neither."""
    found = None
    for name, is_question in names:
        if text[: len(name)].upper() == name and not is_letter(text[len(name) :][:1]):
            if name not in told or not is_told(text, name, is_question):
                return True
            found = False
    return found


def is_told(text, name, is_question):
    """True when a line with the name of the answer is said by the modem itself."""
    if "(" in text:
        return False
    fields = text[len(name) + 1 :].split(",")
    if name == "+CIPRXGET":
        return fields[0].strip() == "1" and not is_question
    if not is_question:
        return True
    if name in _REGISTRATIONS:
        # The answer has a mode in front; what is told has the area in its place, or nothing.
        second = fields[1].strip() if len(fields) > 1 else ""
        return not (second.isdigit() and len(second) <= 2)
    return name in _WITH_MODE and len(fields) == 1 or fields[0].strip()[:1] == '"'


def count(text, word, rows, is_part):
    """The bytes that a line, or its beginning, announces. word: of the command. rows: counted."""
    flat = text.replace(" ", "")
    for beginning, end, patterns in rows:
        if is_part and not end:
            continue
        only, _, beginning = beginning.replace(" ", "").rpartition("=")
        if only in word and flat.startswith(beginning) and flat.endswith(end):
            fields = parts(flat[len(beginning) : len(flat) - len(end)], ",")
            for pattern in patterns.split():
                if _is_like(fields, pattern):
                    return int(fields[pattern.index("n")])
    return 0


def _is_like(fields, pattern):
    if len(fields) != len(pattern):
        return False
    for field, kind in zip(fields, pattern):
        is_number = field.isdigit()
        if kind == "q" and (is_number or not field) or kind != "q" and not is_number:
            return False
        if is_number and len(field) > _MOST_DIGITS:
            return False
    return True


def parts(text, separator):
    """Split, but not within quotes."""
    found = [""]
    for n, piece in enumerate(text.split('"')):
        first, *more = ['"' + piece + '"'] if n % 2 else piece.split(separator)
        found[-1] += first
        found += more
    return found


def names_of(command):
    """Of a line AT+NAME=...;+NAME? each name, and whether it asks."""
    found = []
    if command[:2].upper() == "AT":
        for part in parts(command[2:], ";"):
            if not part:
                continue
            end = 1
            if part[:1] in MARKS:
                while end < len(part) and is_letter(part[end]):
                    end += 1
            found.append((part[:end].upper(), "=" not in part or part.endswith("?")))
    return found


def begins(text, word):
    """And is not only the beginning of another word."""
    rest = text[len(word) :]
    return text.startswith(word) and not (is_letter(word[-1]) and is_letter(rest[:1]))


def is_letter(letter):
    return letter.isalpha() or letter.isdigit()


def is_hex(data):
    return all(byte in _HEX for byte in data)


def is_printable(line):
    return all(32 <= byte < 127 or byte == 9 for byte in line)


def text_of(line):
    """As the notation has it: what can't be printed, or seen at either end, as an escape."""
    if is_printable(line) and line == line.strip() and not (b"\\" in line or b"\t" in line):
        return str(line, "utf-8")
    found, last = bytearray(), len(line) - 1
    for n, byte in enumerate(line):
        if byte == 92 or byte == 9:
            found.extend(b"\\\\" if byte == 92 else b"\\t")
        elif 32 < byte < 127 or byte == 32 and 0 < n < last:
            found.append(byte)
        else:
            found.extend(b"\\x%02X" % byte)
    return str(found, "utf-8")
