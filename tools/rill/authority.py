"""Certificates of a broker that is ours: a CA, and what it has signed."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _key(kind: str):
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


class Authority:
    """A CA. kind, of its key and of what it signs: "p256" or "rsa" (2048 bits)."""

    def __init__(self, name: str = "CA of a test", kind: str = "p256"):
        self._name, self._kind = name, kind
        self._key = _key(kind)
        now = datetime.datetime.now(datetime.UTC)
        self._certificate = self._sign(name, self._key, (now - DAY, now + DAY), is_ca=True)

    def der(self) -> bytes:
        """What lies on a meter as broker.der."""
        return self._certificate.public_bytes(serialization.Encoding.DER)

    def pem(self) -> bytes:
        """The same for others."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, folder: Path, *names: str, days: tuple[int, int] = (-1, 1)):
        """(certificate, key): files for a server with these names or addresses.

        days: from and until when it is valid, from now.
        """
        folder.mkdir(exist_ok=True)
        key, certificate = self._issue(names, days)
        paths = folder / "server.pem", folder / "server.key"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return paths

    def issue_client(self, name: str, days: tuple[int, int] = (-1, 1)) -> tuple[bytes, bytes]:
        """What lies on a meter of this name as client.der and client.key."""
        key, certificate = self._issue((name,), days)
        encoding = serialization.Encoding.DER
        plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return certificate.public_bytes(encoding), key.private_bytes(encoding, *plain)

    def _issue(self, names, days):
        key = _key(self._kind)
        now = datetime.datetime.now(datetime.UTC)
        span = (now + days[0] * DAY, now + days[1] * DAY)
        return key, self._sign(names[0], key, span, names=names)

    def _sign(self, name, key, span, is_ca=False, names=()):
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(self._name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(span[0])
            .not_valid_after(span[1])
            .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
        )
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_alternative(name) for name in names]), False
            )
        return builder.sign(self._key, hashes.SHA256())


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
