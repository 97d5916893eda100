"""The certificate of the admission address: made by Galley, renewed, and trusted by itself.

It is signed with its own key, so there is no authority whose key could be lost. Before one runs out
its successor is made and told to the clusters; it is used a day later, when all of them trust it.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = timedelta(days=90)
SUCCESSOR = timedelta(days=45)
"""What is left of a certificate when its successor is made."""
REPLACED = timedelta(days=30)
"""What is left of it when the successor takes its place."""
KNOWN = timedelta(days=1)
"""How long clusters are told of a successor before it is used."""
_SKEW = timedelta(minutes=5)
"""How far the clocks of API servers may be behind ours."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its key, in one file."""

    path: Path
    made: x509.Certificate

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """The one in a file; None where there is none that can be used."""
        try:
            return cls(path, x509.load_pem_x509_certificate(path.read_bytes()))
        except (FileNotFoundError, ValueError):
            return None

    @property
    def text(self) -> str:
        """The certificate alone, as PEM."""
        return _pem(self.made)

    def left(self, now: datetime) -> timedelta:
        return self.made.not_valid_after_utc - now

    def age(self, now: datetime) -> timedelta:
        return now - self.made.not_valid_before_utc - _SKEW

    def is_for(self, names: Iterable[str]) -> bool:
        held = self.made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return {_name(name) for name in names} == set(held)


class Certificates:
    """What is presented now, and what comes after it, in a folder of their own."""

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        """`names` are the hosts that API servers ask at: names or addresses."""
        self._folder = folder
        self._names = tuple(sorted(set(names)))

    @property
    def path(self) -> Path:
        """The file with what is presented: certificate and key."""
        return self._folder / "current.pem"

    @property
    def presented(self) -> Certificate | None:
        """What clusters are shown now; None before the first `renew`."""
        return Certificate.read(self.path)

    @property
    def bundle(self) -> str:
        """What clusters are to trust, as PEM."""
        files = (self.presented, Certificate.read(self._next))
        return "".join(each.text for each in files if each)

    def renew(self, now: datetime) -> bool:
        """Make and replace what is due; whether anything was.

        Raises:
            OSError: the folder cannot be written.
        """
        current, successor = (self._usable(path, now) for path in (self.path, self._next))
        if current is None and successor is None:
            keep(self.path, _made(self._names, now))
        elif successor and (current is None or _takes_over(current, successor, now)):
            self._next.replace(self.path)
        elif current and successor is None and current.left(now) < SUCCESSOR:
            keep(self._next, _made(self._names, now))
        else:
            return False
        return True

    @property
    def _next(self) -> Path:
        return self._folder / "next.pem"

    def _usable(self, path: Path, now: datetime) -> Certificate | None:
        found = Certificate.read(path)
        usable = found and found.left(now) > timedelta() and found.is_for(self._names)
        return found if usable else None


def trusted(path: Path) -> str:
    """The certificates in a PEM file that is given, without the key that may stand beside them.

    Raises:
        OSError: it cannot be read.
        ValueError: there is no certificate in it.
    """
    try:
        return "".join(map(_pem, x509.load_pem_x509_certificates(path.read_bytes())))
    except ValueError as error:
        raise ValueError(f"{path} has no certificates in PEM: {error}") from error


def keep(path: Path, secret: bytes) -> None:
    """Have a file that only its owner reads; moved into place, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(descriptor)
    fresh.replace(path)


def _takes_over(current: Certificate, successor: Certificate, now: datetime) -> bool:
    return current.left(now) < REPLACED and successor.age(now) >= KNOWN


def _made(names: tuple[str, ...], now: datetime) -> bytes:
    """A new certificate with its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "galley admission")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName(map(_name, names)), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _pem(certificate).encode() + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def today() -> datetime:
    """This moment, as certificates have it."""
    return datetime.now(UTC)
