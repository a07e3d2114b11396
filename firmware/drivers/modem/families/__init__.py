"""Each module here is one kind of modem as data: another one is another file, no other code.

NAMES: what an answer to CGMM has in it. BAUDS: the one it shall have, then others it may be found
at; SPEED sets it. BOOTS: beginnings of lines that only a start brings. BOOT_MS: from power or key
to the first answer. KEY_MS, RESET_MS: how long these pins are active, 0: it has none.
WAKES_BY_KEY: from power saving; else any byte does it. IS_UTC: its clock is. CAUSES: its error
numbers that mean a fault of their own. SEND_BYTES, READ_BYTES: at once. READ_FIELD: of the answer
to READ where hex data stand, -1: they come counted. ARRIVED, PUSHED, CLOSED: beginnings of lines
about a socket; PUSHED has hex data in its last field. The rest are dialogues: at.py.
"""
