"""Certificates and private keys as PEM texts, made where a test needs them."""

import base64
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)


class Pair(NamedTuple):
    """A certificate and its private key."""

    certificate: str
    key: str
    encrypted: str


def pair(
    name: str,
    *hosts: str,
    addresses: tuple[str, ...] = (),
    until: datetime = END,
    names: bytes = b"",
) -> Pair:
    """A self-signed certificate for some hosts, or for `names` as they are encoded in it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    called: list[x509.GeneralName] = [x509.DNSName(host) for host in hosts]
    called += [x509.IPAddress(ip_address(each)) for each in addresses]
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(START)
        .not_valid_after(until)
    )
    if called:
        builder = builder.add_extension(x509.SubjectAlternativeName(called), critical=False)
    if names:
        strange = x509.UnrecognizedExtension(x509.SubjectAlternativeName.oid, names)
        builder = builder.add_extension(strange, critical=False)
    made = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
    plain, locked = (
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how).decode()
        for how in (NoEncryption(), BestAvailableEncryption(b"secret"))
    )
    return Pair(made, plain, locked)


def encoded(text: str) -> str:
    """Text as it stands in the data of a Secret."""
    return base64.b64encode(text.encode()).decode()
