"""To a broker as a client: over TCP, or over TLS with its certificate verified."""

import re
import ssl
from typing import NamedTuple

from paho.mqtt import client as mqtt

from rill.broker import BrokerError, parse_url

CONNECT_TIMEOUT_S = 5.0
_TLS_PORT = 8883
_PORT = re.compile(r"(?:@|//)(?:\[[^\]]*\]|[^:@/]*)$")  # what ends without one


class Address(NamedTuple):
    """Where a broker is and how to be let in. context: of TLS, None: without."""

    host: str
    port: int
    username: str | None
    password: str | None
    context: ssl.SSLContext | None

    @property
    def name(self) -> str:
        """To be shown: without the password."""
        return f"{self.host}:{self.port}"


def address(url: str, ca=None, certificate=None, key=None) -> Address:
    """Of `mqtt://` or `mqtts://[user[:password]@]host[:port]`; BrokerError for all else.

    ca, certificate, key: PEM files. ca says whom to believe, by default whom the system does.
    """
    is_secure = url.startswith("mqtts://")
    if is_secure:
        url = "mqtt" + url.removeprefix("mqtts")
        url += f":{_TLS_PORT}" if _PORT.search(url) else ""
    elif ca or certificate or key:
        raise BrokerError("--ca, --cert and --key are for a broker at mqtts://")
    parts = parse_url(url)
    return Address(*parts, _context(ca, certificate, key) if is_secure else None)


def _context(ca, certificate, key) -> ssl.SSLContext:
    if key and not certificate:
        raise BrokerError("--key is the key of a certificate: give --cert too")
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise BrokerError(f"the CA in {ca!r} can't be read: {reason(error)}") from error
    if certificate:
        try:
            context.load_cert_chain(certificate, key)
        except OSError as error:
            raise BrokerError(
                f"the certificate in {certificate!r} can't be used: {reason(error)}"
            ) from error
    return context


def new_client(broker, client_id: str, is_lasting: bool = False, **more) -> mqtt.Client:
    """A client of it, yet to connect. is_lasting: the broker keeps what comes while it is away."""
    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2,
        client_id,
        clean_session=not is_lasting,
        protocol=mqtt.MQTTv311,
        **more,
    )
    if broker.username is not None:
        client.username_pw_set(broker.username, broker.password)
    if broker.context is not None:
        client.tls_set_context(broker.context)
    client.connect_timeout = CONNECT_TIMEOUT_S
    return client


def connect(client: mqtt.Client, broker) -> None:
    """Dial; BrokerError when nobody is there, or not who it should be."""
    try:
        client.connect(broker.host, broker.port)
    except (OSError, ValueError) as error:  # ValueError: a host name that can't be one
        raise no_broker(broker, reason(error)) from error


def no_broker(broker, why) -> BrokerError:
    return BrokerError(f"no broker at {broker.host}:{broker.port}: {why}")


def reason(error: Exception) -> str:
    """Why a connection was not made, in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is refused: {error.verify_message}"
    return str(getattr(error, "strerror", None) or error)
