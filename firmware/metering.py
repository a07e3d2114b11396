"""Wires what counts and records. The report is wired in sender.py: they are never in memory
together, but on a meter that stays awake.
"""

from micropython import const

from board import board
from firmware.cycle import Cycle
from firmware.drivers.battery import Battery
from firmware.hal.adc import ADC
from firmware.hal.nvs import Nvs
from firmware.passing import call, in_passing
from firmware.sensor import open_counter

_PROBE_MS = const(11)  # of service/acts.py


def meter(parts, about):
    """The Cycle of this meter. parts: of a Wake. about: firmware and journal, for people."""

    def measure(config, when, state, purifier, note):
        def read():
            from firmware.probes import read as read_probes

            return read_probes(config, parts["clock"])

        def judge():
            from firmware.measuring import measured

            return measured(
                config=config,
                read=found,
                retained=parts["retained"],
                nvs=Nvs(),
                when=when,
                state=state,
                purifier=purifier,
                note=note,
            )

        # Some times a day, on a meter with probes; first the drivers, then what judges them.
        began_ms = parts["clock"].ticks_ms()
        found = in_passing(read) if not purifier or purifier.is_producing() else None
        parts["retained"].count(_PROBE_MS, parts["clock"].elapsed_ms(began_ms))
        return in_passing(judge)

    def meddling(config):
        return call("firmware.meddling", "meddling", config, parts["clock"])

    def report(*arguments):
        from firmware.sender import send

        send(parts, False, *arguments)

    return Cycle(
        open_counter=open_counter,
        battery=Battery(adc=ADC(board.BATTERY_PIN), divider_milli=board.BATTERY_DIVIDER_MILLI),
        report=report,
        measure=measure,
        meddling=meddling,
        open_purifier=open_purifier,
        about=about,
        **parts,
    )


def open_purifier():
    """The Purifier of a board that is one, None on any other."""
    if board.FLUSH_PIN is None:
        return None
    from firmware.hal.line import Input
    from firmware.purifier import Purifier

    return Purifier(Input(board.FLUSH_PIN))
