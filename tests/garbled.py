"""Dialogues that a bad line has garbled, read by the firmware with the meter's own limits."""

import json
import random
import subprocess

from heard import OWN
from rill.image import ROOT, build
from rill.interpreter import micropython
from rill.modem.replay import parse

HEAP_BYTES = 110_000  # of words twice as wide as the meter's
_RECORDED = ROOT.parent / "shared" / "data" / "transcripts"

# After each dialogue the reader must be as good as new: silence, AT, OK.
_SCRIPT = """
import gc, json, sys
from binascii import unhexlify
sys.path.insert(0, {image!r})
from firmware.drivers.modem.dialect import GENERIC
from firmware.drivers.modem.exchange import Exchange

told = [0]
def hear(text):
    told[0] += 1
def look(x):  # more than 0: something is beyond its limit
    texts = x.lines + x.urcs
    return max(sum([len(text) for text in texts]) + len(x.data) - 4096 - 1200,
               len(x.data) - 4096, len(x.lines) - 24, len(x.urcs) - 48, len(x._all) - 48,
               len(x._late) - 4, max([0] + [len(text) - 48 for text in x._late]))
exchange = Exchange(GENERIC, hear)
most = [0, 0]
dialogues = outcomes = deaf = 0
buffer = bytearray(512)
gc.collect()
before = gc.mem_alloc()
for line in sys.stdin:
    kind, _, content = line.strip().partition(" ")
    if kind == "<":
        content = unhexlify(content)
        buffer[: len(content)] = content
        exchange.feed(memoryview(buffer)[: len(content)])
        continue
    most[1] = max(most[1], look(exchange))
    outcomes += exchange.result is not None
    if kind == ">":
        exchange.begin(str(unhexlify(content), "utf-8"))
    elif kind == ">>":
        exchange.begin_data(unhexlify(content))
    else:
        dialogues += 1
        exchange.end()
        exchange.begin("AT")
        exchange.feed(b"\\r\\nOK\\r\\n")
        deaf += exchange.result != "ok" or exchange.urcs != []
        if dialogues % 20 == 0:
            gc.collect()
            most[0] = max(most[0], gc.mem_alloc() - before)
print(json.dumps([dialogues, outcomes, deaf, told[0], most[0], most[1], exchange.dropped]))
"""


def _sources():
    recorded = sorted(_RECORDED.glob("*.at")) if _RECORDED.exists() else []
    return [parse(path.read_text()) for path in [*OWN, *recorded]]


def _garbled(chance, stream, others):
    """One to four things that happen to bytes on a line."""
    data = bytearray(stream)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(data) + 1)
        piece = data[place : place + chance.randint(1, 40)]
        act = chance.randrange(7)
        if act == 0 and place < len(data):
            data[place] ^= 1 << chance.randrange(8)
        elif act == 1:
            del data[place:]
        elif act == 2:
            del data[place : place + chance.choice((1, 1, 1, 5, 30))]
        elif act == 3:
            data[place:place] = chance.randbytes(chance.choice((1, 5, 60, 1500)))
        elif act == 4:
            data[place:place] = piece
        elif act == 5:
            del data[place : place + len(piece)]
            other = chance.randrange(len(data) + 1)
            data[other:other] = piece
        else:
            data[place:place] = chance.choice(others)[:300]
    return bytes(data)


def _lines(seeds):
    sources = _sources()
    others = [content for one in sources for mark, content in one.steps if mark == "<"]
    for seed in seeds:
        chance = random.Random(seed)
        steps = chance.choice(sources).steps
        begin = chance.randrange(max(1, len(steps) - 12))
        for mark, content in steps[begin : begin + 12]:
            if mark != "<":
                yield f"{mark} {content.hex()}\n"
                continue
            if chance.random() < 0.6:
                content = _garbled(chance, content, others)
            at = 0
            while at < len(content):
                size = chance.randint(1, chance.choice((2, 20, 512)))
                yield f"< {content[at : at + size].hex()}\n"
                at += size
        yield ".\n"


def read(seeds):
    """What came of it, as numbers. A crash or a full heap is a failure, silence too."""
    script = _SCRIPT.format(image=str(build()))
    done = subprocess.run(
        [*micropython(), "-X", f"heapsize={HEAP_BYTES}", "-c", script],
        input="".join(_lines(seeds)), capture_output=True, text=True, timeout=170, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    names = ("dialogues", "outcomes", "deaf", "told", "more_bytes", "over", "dropped")
    return dict(zip(names, json.loads(done.stdout), strict=True))


def check(seeds):
    """All that must hold; the numbers."""
    found = read(seeds)
    assert found["dialogues"] == len(seeds)
    assert found["deaf"] == 0
    assert found["over"] == 0
    assert found["more_bytes"] < 32_000
    assert found["outcomes"] > len(seeds)
    return found
