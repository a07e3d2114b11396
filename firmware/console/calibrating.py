"""Calibration of a probe that stands in its standard: docs/quality.md."""

from micropython import const

from firmware.calibrating import Calibrating
from firmware.console.installer import who
from firmware.hal.nvs import Nvs
from firmware.storage.calibrations import Calibrations

_USUAL_K = const((700, 1400))  # thousandths, of probes of this class


def tds(session, us_per_cm, with_last, probe):
    """The TDS probe stands in a solution of so many uS/cm at 25 degrees.

    with_last: the second of two, a line through both. probe: "product_tds" is that of a purifier.
    """
    _calibrate(
        session, lambda at, name: at.tds(int(1000 * us_per_cm), name, None, probe, with_last)
    )


def clear_water(session):
    """The turbidity probe stands in clear water."""
    _calibrate(session, lambda at, name: at.clear_water(name))


def turbidity(session, ntu):
    """The turbidity probe stands in a standard of so many NTU."""
    _calibrate(session, lambda at, name: at.turbidity(int(1000 * ntu), name))


def _calibrate(session, act):
    name = who(session)
    calibrations = Calibrations(Nvs())
    at = Calibrating(
        session.config, session.clock, calibrations, session.now_s(), session.keeping.note
    )
    new = session.change(lambda: act(at, name))
    session.commit()
    print("factor %d/1000, offset %d mV" % (new.k_milli, new.offset_uv // 1000))
    if not _USUAL_K[0] <= new.k_milli <= _USUAL_K[1]:
        print("that is unusual: is the probe clean, and the standard fresh?")
