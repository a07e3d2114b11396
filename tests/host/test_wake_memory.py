"""Promise: a wake has in memory what it needs and nothing else; what the simulated board needs for
itself is added, and no more.
"""

from array import array

from rill.board_process import BOARD_HEAP_BYTES, Board
from rill.image import build, build_board
from rill.world import World
from unkind import FOREVER

_SPY = """
import sys
from firmware.hal.power import Power
def spied(end):
    def spy(*arguments):
        print("modules:", " ".join(sys.modules))
        end(*arguments)
    return spy
Power.deep_sleep_ms, Power.restart = spied(Power.deep_sleep_ms), spied(Power.restart)
from firmware import passing
passing.in_passing = lambda act: act()  # what was imported in passing is told, too
from firmware.app import run
run()
"""


def test_a_wake_that_only_samples_imports_no_network_code(tmp_path):
    """An import is battery. The first wake reports (in vain), the second has no reason to.

    And what counts and records shares no memory with the report.
    """
    world = World(array("q"), outages_s=((0, FOREVER),))
    board = Board(tmp_path, build(), build_board(), world, heap_bytes=200_000)
    (board.flash / "config.json").write_text('{"broker_host": "127.0.0.1", "report_s": 86400}')
    script = tmp_path / "spy.py"
    script.write_text(_SPY)
    imported = []
    for cause in ("power_on", "timer", "timer", "timer", "timer"):
        ending = board.wake(cause, scripts=(str(script),))
        world.now_us += ending.sleep_ms * 1000
        lines = board.console_end(1000).splitlines()
        lives = [set(line.split()) for line in lines if line.startswith("modules:")]
        imported.append(lives[sum(map(len, imported)) :])
    network = {"umqtt.simple", "firmware.report", "firmware.uplink.session", "firmware.hal.wifi"}
    network |= {"network", "socket", "ntptime"}
    counted, reported, went_on = imported[0]
    assert reported >= network
    assert not reported & {"firmware.hal.counter", "firmware.cycle"}
    assert not (counted | went_on) & network
    sampling = [lives[0] for lives in imported if len(lives) == 1]
    assert sampling  # failed reports are tried again after 1, 2, 4 ... slots only
    attended = {"firmware.attention", "firmware.lamp", "firmware.hal.keys", "firmware.hal.ticker"}
    for modules in sampling:
        assert not modules & network
        assert not modules & attended
    for modules in counted, reported, went_on, *sampling:
        assert not [name for name in modules if "console" in name]
    assert any("firmware.storage.journal" in modules for modules in sampling)


def test_the_board_s_own_modules_take_what_is_added_to_the_heap(tmp_path):
    script = tmp_path / "look.py"
    # What a report imports of them, and umqtt; on a chip they are C, or frozen. Not the ports,
    # which stand for those of firmware/hal. The pool of names grows before, since the firmware
    # alone needs the larger one.
    script.write_text(
        "import gc, sys\n"
        "gc.collect()\n"
        "taken = gc.mem_alloc()\n"
        "for n in range(500): hasattr(sys, '_%d' % n)\n"
        "gc.collect()\n"
        "taken -= gc.mem_alloc()\n"
        "import machine, time, esp32, network, socket, ntptime, umqtt.simple\n"
        "gc.collect()\n"
        "print(taken + gc.mem_alloc())\n"
    )
    board = Board(tmp_path, build(), build_board(), World(array("q")))
    taken = int(board.run(script).split()[-1])
    assert BOARD_HEAP_BYTES <= taken <= BOARD_HEAP_BYTES + 2000
