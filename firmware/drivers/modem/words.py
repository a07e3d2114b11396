"""How a dialect is written down, and the few words that a meter needs of one."""

from collections import namedtuple

# finals: whole lines, or beginnings that end in a colon, that end a command whatever it is.
# only: results that end only commands with that word in their name. prompts: lines after which
# data may be sent, and words of the commands. urcs: beginnings of lines without a mark in front
# that belong to no command. told: names that a modem also says by itself. answers: names of
# commands, and beginnings of their answers where these have another name; nothing for all that is
# a mark and a name alone. counted: a beginning ("NAME=" in front: only in answers to commands with
# that name), what stands between the fields and the raw bytes (nothing: the end of the line), and
# the fields that there may be: n their number, d another number, q a text, in quotes or not.
# Spaces make no difference.
Dialect = namedtuple(
    "Dialect", ("finals", "only", "prompts", "urcs", "told", "answers", "counted")
)
FINALS = ("OK", "ERROR", "ABORTED", "+CME ERROR:", "+CMS ERROR:")


def dialect(boots, counted=()):
    """Of a modem whose dialogues are known: lines of others can't come. boots: as in families."""
    only = (("SEND OK", "SEND"), ("SEND FAIL", "SEND"), ("CLOSE OK", "CLOSE"))
    told = ("+CEREG", "+CSCON", "+CFUN", "+CPIN", "+NPSMR")
    return Dialect(FINALS, only, (), boots, told, (), counted)
