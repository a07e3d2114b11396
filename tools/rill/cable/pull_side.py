"""What runs on a board for `rill pull`: MicroPython, as in board_side.py."""

PULL = """
_s = None
def _open():
    global _s
    from board import board
    from machine import unique_id
    from firmware import app, config
    from firmware.core.errors import ConfigError
    from firmware.hal.files import Files
    from firmware.hal.nvs import Nvs
    from firmware.hal.power import Power
    from firmware.storage.checkpoint import Vault
    from firmware.storage.retained import RetainedState
    v = Vault(Nvs())
    _s = app.open_store(v)
    try:
        c = config.load(Files(""), 0)[0]
    except ConfigError:
        try:
            c = config.load_last_good(_s.files)[0]
        except ConfigError:
            c = None
    k = RetainedState(Power(board.BUTTON_PIN, board.ULP_MEASURE)).load() or v.load()
    j = _s.readings, _s.events
    return (_s.id_text, (c or config.checked({})).device_name(unique_id()),
        k.offset_ml if k.journal == _s.id else None, [(i.first_seq(), i.next_seq - 1) for i in j])
def _pull(name, seq, last):
    from sys import stdout
    from firmware.storage.reader import Reader
    r, n, b = Reader(getattr(_s, name), seq), 0, bytearray()
    def say():
        t = bytes(b)
        for i, e in enumerate(b"\\x1b\\x04\\n\\r"):
            t = t.replace(bytes((e,)), bytes((0x1b, 0x40 + i)))
        stdout.write(b"=" + t + b"\\n")
    while r.advance() and r.seq <= last:
        b += r.frame
        n += 1
        if len(b) >= 1024:
            say()
            b = bytearray()
    if b:
        say()
    print("end", n, r.skipped)
"""
_ESCAPE = b"\x1b"
_ESCAPED = b"\x1b\x04\n\r"


def unescaped(data: bytes) -> bytes:
    """Bytes as they were before the board replaced those that mean something to a prompt."""
    first, *pieces = data.split(_ESCAPE)
    known = {0x40 + n: bytes((byte,)) for n, byte in enumerate(_ESCAPED)}
    return first + b"".join(known.get(ord(one[:1] or b"\0"), b"") + one[1:] for one in pieces)
