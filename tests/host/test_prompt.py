"""Promise: what a technician sets at the prompt is told, kept, and out with the next report."""

import json
from array import array
from datetime import UTC, datetime
from zlib import crc32

import pytest

from rill.board_process import Board
from rill.image import build, build_board
from rill.probes import GUARD_PINS
from rill.torture.headend import HeadEnd
from rill.world import WORLD_BEGAN_S, World


@pytest.mark.parametrize("hal", ["ports", "chip"])
def test_body_reading_hand_over_and_old_readings(tmp_path, script, hal):
    world = World(array("q", range(5_000_000, 20_000_000_000, 100_000_000)))
    board = Board(tmp_path, build(), build_board(), world, hal=hal)

    def wake(cause):
        ending = board.wake(cause)
        assert ending.kind == "sleep", board.console_end()
        world.sleep_until(world.wakes_us(ending.sleep_ms))

    def at_prompt(text):
        (path,) = script(f"from firmware import prompt\nprompt.{text}\n")
        board.wake("reset", scripts=(path,))
        return board.console_end(3)

    assert "has not been awake" in at_prompt('body_reading(5, "x")')
    with HeadEnd() as head_end:
        config = {"device": "m", "broker_host": "127.0.0.1", "broker_port": head_end.port}
        config |= {"wifi_ssid": "bench", "magnet_pin": GUARD_PINS["magnet_pin"]}
        text = json.dumps(config)
        (board.flash / "config.json").write_text(text)
        zone = {"crc": crc32(text.encode()), "values": {"timezone_min": 330}}
        (board.flash / "commanded.json").write_text(json.dumps(zone))
        for cause in ("power_on", "timer", "timer", "button"):
            wake(cause)
        known = dict(head_end.book.rows)
        journal = next(iter(known))[0]
        assert "body 1234 L" in at_prompt('body_reading(1234.567, "A. Miller")')
        assert "never goes back" in at_prompt('hand_over(1, "A. Miller")')
        assert "odometer 98765 L" in at_prompt('hand_over(98765, "A. Miller, board 77")')
        assert "readings go out again" in at_prompt("send_again(1)")
        assert "no alarm is on" in at_prompt("alarms()")
        here = datetime.fromtimestamp(WORLD_BEGAN_S + world.now_us // 1_000_000 + 60 * 330, UTC)
        assert f"now: {here:%Y-%m-%d %H:}" in board.console_end(3)
        assert "the last report got through" in at_prompt("link()")
        assert "record_bytes" in at_prompt("energy()")
        head_end.book.rows.clear()
        world.probes.faults = [("magnet", 0, 1_000_000)]
        wake("button")
        said = at_prompt("alarms()")
        assert "Somebody has tampered with the meter (magnet), since " in said, said
    wake("button")
    assert "The broker can't be reached" in at_prompt("link()")
    rows = head_end.book.rows
    assert {key for key in known if key[1] == "readings"} <= set(rows)
    events = [content for (_, stream, _), content in sorted(rows.items()) if stream == "events"]
    told = [content for content in events if content[0] in (12, 13)]
    (_, _, offset_ml, who), (_, odometer_ml, new_ml, fitter) = told
    assert (offset_ml + odometer_ml, who) == (1_234_567, "A. Miller")
    assert (new_ml, fitter) == (98_765_000, "A. Miller, board 77")
    newest = max(seq for _, stream, seq in rows if stream == "readings")
    assert rows[journal, "readings", newest][0] >= 98_765_000
