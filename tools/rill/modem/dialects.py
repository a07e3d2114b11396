"""Which dialect each model speaks."""

from rill.modem.bc66 import Bc66
from rill.modem.bc660k import Bc660k
from rill.modem.bg95 import Bg95
from rill.modem.boudica import Boudica
from rill.modem.dialect import Dialect
from rill.modem.sim7020 import Sim7020
from rill.modem.sim7080 import Sim7080

DIALECTS: dict[str, Dialect] = {
    "bc95": Boudica(),
    "bc66": Bc66(),
    "bc660k": Bc660k(),
    "bg95": Bg95(),
    "sim7020": Sim7020(),
    "sim7080": Sim7080(),
}
