"""Questions at the prompt: asked again until the answer can be understood. Ctrl-C ends them."""

from micropython import const

MOST_M3 = const(9_999_999)  # no register has more digits before its point


def ask(session, question, understood):
    """What understood(line) makes of an answer; its ValueError is said, and it is asked again."""
    while True:
        session.use()
        try:
            return understood(session.keys.ask(question))
        except ValueError as wrong:
            print(wrong)


def cubic_metres(line):
    """Millilitres of a reading in m3, as the register shows it. ValueError."""
    digits = line.strip().replace(",", ".")
    whole, _, part = digits.partition(".")
    if not whole.isdigit() or part and not part.isdigit() or len(part) > 6:
        raise ValueError("%s is no reading in m3: type 1234.567" % (repr(line)[:30]))
    if int(whole) > MOST_M3:
        raise ValueError("%s m3 is too much, but must be 0 to %d" % (digits[:30], MOST_M3))
    return int(whole) * 1_000_000 + int((part + "000000")[:6])


def is_yes(line):
    """True for yes, False for no. ValueError."""
    answer = line.strip().lower()
    if answer not in ("y", "yes", "n", "no"):
        raise ValueError("type y or n")
    return answer.startswith("y")
