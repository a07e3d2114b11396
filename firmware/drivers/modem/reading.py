"""What a line or a command is made of: pure functions of the reader (exchange.py)."""

MARKS = "+*%^$#&"
_HEX = b"0123456789ABCDEFabcdef"


def is_it(text, final):
    return text == final or final[-1] in ": " and text.startswith(final)


def is_same(text, command):
    """True for a command's echo; of a modem that wakes it may lack the first byte."""
    more = len(command) - len(text)
    return bool(text) and 0 <= more <= 1 and text.lower() == command[more:].lower()


def without_number(text):
    """A result without the socket's number in front."""
    return text[text.index(",") + 1 :].strip() if text[:1].isdigit() and "," in text else text


def is_like(fields, pattern):
    if len(fields) != len(pattern):
        return False
    for field, kind in zip(fields, pattern):
        field = field.strip()
        if not (field[:1] == '"' if kind == "q" else field.isdigit() and len(field) < 6):
            return False
    return True


def names_of(command):
    """Of a line AT+NAME=...;+NAME? each name, and whether it asks."""
    found = []
    if command[:2].upper() == "AT":
        for part in command[2:].split(";"):
            end = 1
            if part[:1] in MARKS:
                while end < len(part) and is_letter(part[end]):
                    end += 1
            found.append((part[:end].upper(), "=" not in part or part.endswith("?")))
    return found


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
