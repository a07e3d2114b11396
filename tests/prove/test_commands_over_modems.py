"""Promise: a command reaches a meter behind each modem, in the memory of a plain ESP32, and is
obeyed, answered and told once.
"""

import pytest

from commanded import COMMAND, COMMAND_REFUSED, Commanded, HeadEnd, mosquitto
from linked import ALL_MODELS

pytestmark = pytest.mark.prove


@pytest.mark.parametrize("link", [*ALL_MODELS, "ppp"])
def test_commands_are_obeyed_and_answered_in_a_heap_of_200000(tmp_path, link):
    with mosquitto() as broker:
        head_end = HeadEnd(broker.port)
        meter = Commanded(tmp_path / "board", broker.port, link=link, heap_bytes=200_000)
        meter.begin()
        forged = meter.line("report_s", 900, key=bytes(32))
        head_end.send(forged)
        head_end.send(meter.line("report_s", 7200))
        head_end.send(meter.line("timezone_min", 60))
        for _ in range(3):
            meter.wake()
        answers = [head_end.answer() for _ in range(2)]
        assert [(a["command"], a["outcome"], a["after"]) for a in answers] == [
            ("report_s", "done", 7200),
            ("timezone_min", "done", 60),
        ]
        assert meter.commanded() == {"report_s": 7200, "timezone_min": 60}
        for _ in range(3):
            meter.wake()
        told = [event for event in head_end.events if event[0] in (COMMAND, COMMAND_REFUSED)]
        assert sorted(event[0] for event in told) == [COMMAND, COMMAND, COMMAND_REFUSED], told
        assert head_end.answers.empty()
        head_end.close()
