"""How a simulated meter reports: by Wi-Fi, or by a modem whose network knows one host."""

from collections.abc import Callable

from rill.modem.faults import Faults
from rill.modem.models import FAMILY_MODELS, MODELS
from rill.modem.modem import Modem
from rill.settings import Settings
from rill.uarts import MODEM_PINS
from rill.world import WORLD_BEGAN_S

LINKS = ("wifi", "ppp", *FAMILY_MODELS, *MODELS)
_PPP_MODEL = "bg95"
_BROKER_NAME, _BROKER_ADDRESS = "broker.rill.test", "10.64.0.1"  # in the modem's network
_FAULTLESS_US = 6 * 3600 * 1_000_000  # at the end of a run


def model_of(link: str) -> str | None:
    """The modem of one of LINKS, None: there is none."""
    if link == "wifi":
        return None
    return _PPP_MODEL if link == "ppp" else FAMILY_MODELS.get(link, link)


def host_name(link: str) -> str:
    """By which the meter knows the broker."""
    return "127.0.0.1" if model_of(link) is None else _BROKER_NAME


def configuration(link: str) -> dict:
    """What config.json says of it."""
    model = model_of(link)
    if model is None:
        return {"wifi_ssid": "bench", "broker_host": host_name(link)}
    return MODEM_PINS | {
        "link": "ppp" if link == "ppp" else "nbiot",
        "modem": model,
        "apn": "rill.test",
        "band": MODELS[model].band,
        "broker_host": host_name(link),
        "profile": "packed",
    }


def modem_of(settings: Settings, ends_us: int, broker_port: Callable[[], int]) -> Modem | None:
    """The one that the link needs. Its faults are over some hours before the run is."""
    model = model_of(settings.link)
    if model is None:
        return None

    def peer(host: str, port: int) -> tuple[str, int] | None:
        known = host in (_BROKER_NAME, _BROKER_ADDRESS)
        return ("127.0.0.1", broker_port()) if known else None

    return Modem(
        model,
        seed=settings.seed,
        faults=Faults(settings.faults, settings.seed, max(0, ends_us - _FAULTLESS_US)),
        peer=peer,
        began_s=WORLD_BEGAN_S,
        ecl=settings.ecl,
        has_supply_pin=settings.config.get("modem_supply_pin", 0) >= 0,
    )


def modem_numbers(modem: Modem | None, now_us: int) -> dict:
    """For the numbers of a run."""
    if modem is None:
        return {}
    numbers = modem.numbers(now_us)
    return {"modem": numbers, "radio_s": numbers["radio_s"]}
