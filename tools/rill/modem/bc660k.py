"""BC660K: as BC66, but what comes is pushed, since nothing keeps it until it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rill.modem.bc66 import BC66, Bc66
from rill.modem.call import Call, Refused, Table

if TYPE_CHECKING:
    from rill.modem.modem import Modem

BC660K = Table(BC66)


@BC660K("+QIRD")
def _qird(m: Modem, call: Call) -> None:
    raise Refused()


class Bc660k(Bc66):
    table = BC660K
