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
from technician import Technician


@pytest.mark.parametrize("hal", ["ports", "chip"])
def test_body_reading_hand_over_and_old_readings(tmp_path, hal):
    world = World(array("q", range(5_000_000, 20_000_000_000, 100_000_000)))
    board = Board(tmp_path, build(), build_board(), world, hal=hal)
    technician = Technician(board, tmp_path)

    def wake(cause):
        ending = board.wake(cause)
        assert ending.kind == "sleep", board.console_end()
        world.sleep_until(world.wakes_us(ending.sleep_ms))

    def at_prompt(text):
        return technician.types(f"meter.{text}")

    def signed(text, *answers):
        return technician.types('meter.sign_in("A. Miller")', f"meter.{text}", *answers)

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
        assert "it is 1.235 m3" in signed("set(reading_m3=1.2345674)")  # a number is to the litre
        assert "it is 1.235 m3" in signed('set(reading_m3="1.234567")')
        assert "never goes back" in signed("hand_over(odometer_m3=0)")
        assert "odometer: 98.765 m3" in signed("hand_over(odometer_m3=98.765)", "> y")
        assert "readings go out again" in signed("send_again(1)")
        said = at_prompt("alarms()")
        assert "no alarm is on" in said
        here = datetime.fromtimestamp(WORLD_BEGAN_S + world.now_us // 1_000_000 + 60 * 330, UTC)
        assert f"now: {here:%Y-%m-%d %H:}" in said
        assert "the last report got through" in at_prompt("link()")
        assert "record_bytes" in at_prompt("energy()")
        head_end.book.rows.clear()
        world.probes.faults = [("magnet", 0, 1_000_000)]
        wake("button")
        said = " ".join(at_prompt("alarms()").split())
        assert "Somebody has tampered with the meter (magnet), since " in said, said
    wake("button")
    assert "The broker can't be reached" in at_prompt("link()")
    rows = head_end.book.rows
    assert {key for key in known if key[1] == "readings"} <= set(rows)
    events = [content for (_, stream, _), content in sorted(rows.items()) if stream == "events"]
    assert (5, 0, 1, "send_again by A. Miller") in events
    told = [content for content in events if content[0] in (12, 13)]
    first, second, third = told
    assert [one[3] for one in told] == ["A. Miller"] * 3
    # A body of 1235.000 L, then one of 1234.567 L; the odometer may have grown meanwhile.
    assert 430_000 <= first[2] <= 1_235_000 and second[1] == first[2]
    assert (second[2] + third[1], third[2]) == (1_234_567, 98_765_000)
    newest = max(seq for _, stream, seq in rows if stream == "readings")
    assert rows[journal, "readings", newest][0] >= 98_765_000
