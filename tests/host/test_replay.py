"""Promise: `rill modem replay` reads whatever file there is, and prints one JSON object."""

import json

import pytest

from rill.cli import main
from rill.modem.replay import escaped, unescaped

GOOD = b"""# family: quectel
> AT+CSQ
< AT+CSQ\\r\\r\\n+CSQ: 17,99\\r\\n
~ 50
< +QIURC: "closed",0\\r\\n\\r\\nOK\\r\\n
= ok
> AT+QISEND=0,2
< \\r\\n>\\x20
>> \\x00A
< \\r\\n+CME ERROR: 50\\r\\n
> AT+QIRD=0,9
< \\r\\n+QIRD: 3\\r\\n \\\\\\x00\\r\\n\\r\\nOK\\r\\n
"""


@pytest.fixture
def replay(tmp_path, capsys):
    """What `rill modem replay FILE --json` says of a file with these bytes."""

    def run(content, *options):
        path = tmp_path / "dialogue.at"
        path.write_bytes(content)
        assert main(["modem", "replay", str(path), "--json", *options]) == 0
        return json.loads(capsys.readouterr().out)

    return run


def _one(command, result="none", code=None, lines=(), urcs=(), data=""):
    return {"command": command, "result": result, "code": code, "lines": list(lines),
            "urcs": list(urcs), "data": data}  # fmt: skip


def test_each_command_and_each_data_has_an_object(replay):
    found = replay(b"< \\r\\nRDY\\r\\n\n" + GOOD)
    assert (found["urcs"], found["data"], found["dropped"]) == (["RDY"], "", 0)
    assert found["commands"] == [
        _one("AT+CSQ", "ok", None, ["+CSQ: 17,99"], ['+QIURC: "closed",0']),
        _one("AT+QISEND=0,2", "prompt"),
        _one(">>", "cme 50", 50),
        _one("AT+QIRD=0,9", "ok", None, ["+QIRD: 3"], [], "\\x20\\\\\\x00"),
    ]


def test_line_ends_a_mark_in_front_and_a_family_make_no_difference(replay):
    found = replay(GOOD)
    assert replay(GOOD.replace(b"\n", b"\r\n")) == found
    assert replay(b"\xef\xbb\xbf" + GOOD) == found
    assert replay(GOOD.replace(b"quectel", b"Zephyr ")) == found
    assert replay(GOOD.replace(b"# family: quectel\n", b"")) == found
    assert replay(GOOD, "--family", "simcom") == found


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"# family: quectel\n",
        b"What a modem said.\n<\n+\n=\n*\n!\n~\n>AT\n<OK\n",
        b"\x00\xff",
    ],
)
def test_a_file_without_a_command(replay, content):
    assert replay(content) == {"urcs": [], "data": "", "commands": [], "dropped": 0}


def test_commands_that_are_odd(replay):
    found = replay(b">\n> \n> AT \n< AT \\r\\r\\nOK\\r\\n\n> AT\xc3\xa9\n> AT\xff\n>>\n>> \n")
    assert found["commands"] == [
        _one(""), _one(""), _one("AT ", "ok"), _one("AT\xe9"), _one("AT\ufffd"),
        _one(">>"), _one(">>"),
    ]  # fmt: skip


def test_bytes_that_stand_as_they_are_and_backslashes_that_mean_nothing(replay):
    found = replay(b'> AT+COPS?\n< +COPS: "\xc3\xa9\xff\\q\\x4\\",7\\n\n< OK\\r\\n\n')
    assert found["commands"] == [
        _one("AT+COPS?", "ok", None, ['+COPS: "\\xC3\\xA9\\xFF\\\\q\\\\x4\\\\",7'])
    ]


def test_lines_of_a_modem_are_one_stream(replay):
    found = replay(b"> AT\n< \\r\\nO\n~ 9\nnonsense\n< K\\r\\n\n")
    assert found["commands"] == [_one("AT", "ok")]


def test_nothing_of_a_long_dialogue_is_dropped(replay):
    body = b"0123456789abcdef" * 256
    lines = [b"+CGDCONT: %d" % n for n in range(64)]
    found = replay(
        b"> AT+QIRD=0,4096\n< +QIRD: 4096\\r\\n" + body + b"\\r\\n\\r\\nOK\\r\\n\n> AT+CGDCONT?\n"
        b"< "
        + b"\\r\\n".join(lines)
        + b"\\r\\nOK\\r\\n\n> AT+X=1\n< +X: "
        + body
        + b"\\r\\nOK\\r\\n\n"
    )
    read, listed, long = found["commands"]
    assert read["data"] == body.decode()
    assert listed["lines"] == [line.decode() for line in lines]
    assert long["lines"] == ["+X: " + body.decode()]
    assert found["dropped"] == 0


def test_a_large_file(replay):
    line, packet = "A" * 300_000, b"x" * 150_000
    lines = [f"+NUESTATS: {n}" for n in range(2000)]
    found = replay(
        b"> AT+X\n< \\r\\n+X: " + line.encode() + b"\\r\\n\\r\\nOK\\r\\n\n"
        b"> AT+QISEND=0,150000\n< >\n>> " + packet + b"\n< \\r\\nSEND OK\\r\\n\n"
        b"> AT+NUESTATS\n< " + "\\r\\n".join(lines).encode() + b"\\r\\nOK\\r\\n\n"
    )
    assert found["commands"] == [
        _one("AT+X", "ok", None, ["+X: " + line]),
        _one("AT+QISEND=0,150000", "prompt"),
        _one(">>", "send ok"),
        _one("AT+NUESTATS", "ok", None, lines),
    ]
    assert found["dropped"] == 0


def test_a_file_that_is_not_there_is_one_sentence(tmp_path, capsys):
    for path in (tmp_path / "none.at", tmp_path):
        assert main(["modem", "replay", str(path), "--json"]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith(f"rill: {path} can't be read: ")
        assert told.err.count("\n") == 1


def test_what_people_read_is_in_the_notation(tmp_path, capsys):
    path = tmp_path / "dialogue.at"
    path.write_bytes(GOOD)
    assert main(["modem", "replay", str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[:4] == [
        "> AT+CSQ", "+ +CSQ: 17,99", '! +QIURC: "closed",0', "= ok"
    ]  # fmt: skip


def test_escapes_come_back_as_they_were():
    data = bytes(range(256)) + b" \\x41 "
    assert unescaped(escaped(data)) == data
    assert escaped(b" a b ") == "\\x20a b\\x20"
    assert escaped(b" ") == "\\x20"
