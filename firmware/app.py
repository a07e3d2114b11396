"""Wires the meter together. The only place that knows all the parts."""

import gc

from micropython import const

from board import board
from firmware.core.errors import StorageFault
from firmware.cycle import Cycle
from firmware.drivers.battery import Battery
from firmware.hal.adc import ADC
from firmware.hal.clock import Clock
from firmware.hal.files import Files, Readable, erase, make, mount, unmount
from firmware.hal.flash import journal_device
from firmware.hal.nvs import Nvs
from firmware.hal.power import Power
from firmware.passing import in_passing
from firmware.planning import device
from firmware.storage.checkpoint import Vault
from firmware.storage.state import RetainedState
from firmware.storage.store import Store
from firmware.version import VERSION

_WATCHDOG_MS = const(120_000)
# A meter that sleeps at once locks its owner out: time for Ctrl-C after power-on.
_SERVICE_WINDOW_MS = const(2_000)
# Collect often: a heap that has grown with garbage is a heap that TLS can't have.
_GC_THRESHOLD_BYTES = const(16_384)
_JOURNAL_ROOT = "/journal"


def run():
    """One wake. Returns only when somebody pressed Ctrl-C."""
    gc.threshold(_GC_THRESHOLD_BYTES)
    clock = Clock()
    power = Power(board.BUTTON_PIN, board.ULP_MEASURE)
    if power.cause() == "power_on":
        print("Rill %s water meter. Ctrl-C within 2 s for the prompt." % VERSION)
        print("journal: %s" % journal_place())
        clock.sleep_ms(_SERVICE_WINDOW_MS)
    power.watchdog_ms(_WATCHDOG_MS)
    build(clock, power).run()


def build(clock, power):
    """Everything this meter is made of."""
    nvs = Nvs()
    vault = Vault(nvs)
    retained = RetainedState(power)
    system = Files("")

    def measure(config, when, state, purifier, note):
        def read():
            from firmware.probes import read as read_probes

            return read_probes(config, clock)

        def judge():
            from firmware.measuring import measured

            return measured(
                config=config,
                read=found,
                retained=retained,
                nvs=nvs,
                when=when,
                state=state,
                purifier=purifier,
                note=note,
            )

        # Some times a day, on a meter with probes; first the drivers, then what judges them.
        found = in_passing(read) if not purifier or purifier.is_producing() else None
        return in_passing(judge)

    def report(config, store, state, keeping, commit):
        def obey(line):
            from firmware.commanding import Commanding

            name = device(config, power)
            return Commanding(config, name, system, state, retained, keeping).obey(line)

        def publish(link):
            from firmware.report import report as publish_over

            publish_over(
                link=link,
                clock=clock,
                power=power,
                config=config,
                device=device(config, power),
                store=store,
                state=state,
                keeping=keeping,
                commit=commit,
                system=system,
                obey=lambda line: in_passing(lambda: obey(line)),
            )

        def act():
            # Imported here: a wake that only samples has no use for the network.
            if config.link == "wifi":
                from firmware.hal.wifi import WiFi

                publish(WiFi(config.wifi_ssid, config.wifi_password))
                return
            from firmware.nbiot import Modem

            modem = Modem(
                config=config,
                clock=clock,
                power=power,
                retained=retained,
                note=keeping.note,
                now_s=state.time.now_s(),
                failures=state.failures,
                is_urgent=not state.next_report_s,
            )
            modem.report(publish)

        in_passing(act)

    return Cycle(
        clock=clock,
        power=power,
        open_counter=open_counter,
        battery=Battery(adc=ADC(board.BATTERY_PIN), divider_milli=board.BATTERY_DIVIDER_MILLI),
        retained=retained,
        files=system,
        vault=vault,
        open_store=lambda segment, is_damaged: open_store(vault, segment, is_damaged),
        about="%s, %s" % (VERSION, journal_place()),
        repair=lambda state: repair(state, vault, retained, system, power.feed),
        report=report,
        measure=measure,
        open_purifier=open_purifier,
    )


def open_counter(config):
    """The pulse counter for the configured sensor; OSError when this chip or image has none.

    config: None when it could not be read.
    """
    if config is None:
        from firmware.config import checked

        config = checked({})
    if config.pulse_sensor == "hall":
        from firmware.hal.pcnt_counter import PulseCounter

        return PulseCounter(config)
    from firmware.hal.counter import Counter

    return Counter(config, board.ULP_MEASURE)


def open_purifier():
    """The Purifier of a board that is one, None on any other."""
    if board.FLUSH_PIN is None:
        return None
    from firmware.hal.line import Input
    from firmware.purifier import Purifier

    return Purifier(Input(board.FLUSH_PIN))


def open_store(vault, segment=0, is_damaged=False):
    """The store on the journal partition, or in a directory of the one file system.

    is_damaged: what can't be read of the flash is passed over.
    """
    try:
        device = journal_device()
        if device and is_damaged:
            device = Readable(device)
        mount(device, _JOURNAL_ROOT)
        try:
            return Store(Files(_JOURNAL_ROOT), vault, segment)
        except StorageFault as fault:
            if device is not None:
                unmount(_JOURNAL_ROOT)  # or nobody could mount it again
            raise fault
    except OSError as error:
        raise StorageFault("file system of the journal: %s" % error)


def journal_place():
    """Where the journal is, for people."""
    return "directory" if journal_device() is None else "own partition"


def repair(state, vault, retained, system, feed):
    """Make a journal that can't be opened anew, after all unread records were saved from it.

    Says how many. StorageFault.
    """
    from firmware.storage.salvage import save_unread

    device = journal_device()
    if device is None:
        raise StorageFault("the journal is a directory; only its file system can be made anew")
    try:
        readable = Readable(device)
        if not state.journal:
            from firmware.storage.nameless import Nameless
            from firmware.waking import recall

            recall(state, Nameless(readable, feed))
        saved, lost = save_unread(readable, system, state, feed)
        vault.save(state)
        retained.save(state)  # what was recalled must not be looked for in a flash half erased
        # All of it: a frame that is left would be taken for one of the new journal some day.
        erase(device, feed)
        make(device)
        return "%d unsent records saved, %d lost" % (saved, lost)
    except OSError as error:
        raise StorageFault("journal not made anew: %s" % error)
