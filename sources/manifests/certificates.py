"""What stands in place of a Secret's data: facts about the certificates in it, and no byte of it.

Whether a gateway can serve with a Secret is told by its certificate, which is public, and by
whether the private key beside it belongs to it. Both are looked at while the document is decoded;
where there is a certificate at all, `certificates` takes the place of `data` and `stringData`,
beside the `keys` that every Secret is left with:

    server:                                 the certificate that a server or a client shows
      file: tls.crt
      subject: CN=shop.example.com
      issuer: CN=Example CA
      names: [shop.example.com]             DNS names and addresses that it is for, if readable
      notBefore: "2026-01-01T00:00:00Z"     while all certificates of the chain are valid
      notAfter: "2027-01-01T00:00:00Z"
      privateKey: fits                      or: other, missing, unreadable
    authority: {file: ca.crt, subject: CN=Example CA, notBefore: ..., notAfter: ...}
    problems: {tls.crt: it holds no certificate}

The texts about problems are ours: what a library says of bytes it cannot read is not passed on.
"""

import base64
import binascii
import warnings
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

FIELD = "certificates"
DATA = frozenset({"data", "stringData"})
"""Fields of a Secret that are never taken in."""

_PAIRS = (("cert", "key"), ("tls.crt", "tls.key"))
"""Names under which a certificate and its key lie; Istio takes the first pair that is there."""
_AUTHORITIES = ("cacert", "ca.crt")
_OF_ACCOUNTS = "kubernetes.io/service-account-token"
"""A Secret of this type holds the cluster's authority, which nobody serves with."""
_UNREADABLE = (ValueError, UnsupportedAlgorithm, x509.InvalidVersion)
"""What is raised of bytes that are no certificate, or a strange one."""


def facts(secret: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is known of the certificates in a Secret; None where there are none."""
    if secret.get("type") == _OF_ACCOUNTS:
        return None
    names = keys(secret)
    wanted = {*_AUTHORITIES, *(certificate for certificate, _ in _PAIRS)}
    if secret.get("type") != "kubernetes.io/tls" and wanted.isdisjoint(names):
        return None
    return _Facts(secret).gathered(names)


def keys(secret: Mapping[str, Any]) -> list[str]:
    """The names under which a Secret holds data, sorted."""
    held = (_map(secret.get(field)) for field in DATA)
    return sorted({name for each in held for name in each if isinstance(name, str)})


class _Facts:
    """The certificates of one Secret being looked at."""

    def __init__(self, secret: Mapping[str, Any]) -> None:
        self._encoded = _map(secret.get("data"))
        self._plain = _map(secret.get("stringData"))
        self._problems: dict[str, str] = {}

    def gathered(self, names: list[str]) -> dict[str, Any]:
        known: dict[str, Any] = {}
        for certificate, key in _PAIRS:
            if certificate in names and (key in names or certificate == _PAIRS[-1][0]):
                known["server"] = self._server(certificate, key)
                break
        for file in _AUTHORITIES:
            if file in names:
                known["authority"] = self._authority(file)
                break
        if self._problems:
            known["problems"] = self._problems
        return {name: value for name, value in known.items() if value is not None}

    def _server(self, file: str, key: str) -> dict[str, Any] | None:
        chain = self._chain(file)
        if not chain:
            return None
        leaf, names = chain[0], _names(chain[0])
        return {
            "file": file,
            "subject": leaf.subject.rfc4514_string(),
            "issuer": leaf.issuer.rfc4514_string(),
            **({} if names is None else {"names": names}),
            **_validity(chain),
            "privateKey": self._fit(leaf, key),
        }

    def _authority(self, file: str) -> dict[str, Any] | None:
        chain = self._chain(file)
        if not chain:
            return None
        return {"file": file, "subject": chain[0].subject.rfc4514_string(), **_validity(chain)}

    def _chain(self, file: str) -> list[x509.Certificate]:
        held = self._bytes(file)
        if held is None:
            return []
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # old serial numbers and the like are no news
                chain = x509.load_pem_x509_certificates(held)
                for each in chain:  # whose parts are read late, and may be at fault each
                    _ = (
                        each.subject.rfc4514_string(),
                        each.issuer.rfc4514_string(),
                        each.public_key(),
                        _validity([each]),
                    )
                return chain
        except _UNREADABLE:
            self._problems[file] = "it holds no certificate that can be read"
            return []

    def _fit(self, leaf: x509.Certificate, file: str) -> str:
        """Whether the private key is that of the certificate."""
        if file not in self._encoded and file not in self._plain:
            return "missing"
        held = self._bytes(file)
        if held is None:
            return "unreadable"
        try:
            # Its numbers are not proven to be prime: that takes 28 ms, and Envoy does it.
            key = load_pem_private_key(held, None, unsafe_skip_rsa_key_validation=True)
            return "fits" if key.public_key() == leaf.public_key() else "other"
        except TypeError:
            self._problems[file] = "the private key is encrypted"
        except (ValueError, UnsupportedAlgorithm):
            self._problems[file] = "it holds no private key that can be read"
        return "unreadable"

    def _bytes(self, file: str) -> bytes | None:
        """What lies under a name; the plain form comes before the encoded one, as in Kubernetes."""
        if file in self._plain:
            plain = self._plain[file]
            if isinstance(plain, str) and plain:
                return plain.encode(errors="replace")
        else:
            encoded = self._encoded.get(file)
            if isinstance(encoded, str) and encoded:
                return self._decoded(file, encoded)
        self._problems[file] = "it is empty"
        return None

    def _decoded(self, file: str, encoded: str) -> bytes | None:
        try:
            return base64.b64decode("".join(encoded.split()), validate=True)
        except (binascii.Error, ValueError):
            self._problems[file] = "it is not base64"
            return None


def _names(leaf: x509.Certificate) -> list[str] | None:
    """What a certificate says it is for; None: that cannot be read, though others perhaps can.

    Names in its subject count no more.
    """
    try:
        said = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return None
    hosts = said.get_values_for_type(x509.DNSName)
    return [*hosts, *map(str, said.get_values_for_type(x509.IPAddress))]


def _validity(chain: list[x509.Certificate]) -> dict[str, str]:
    """From when until when all certificates of a chain are valid."""
    return {
        "notBefore": _time(max(each.not_valid_before_utc for each in chain)),
        "notAfter": _time(min(each.not_valid_after_utc for each in chain)),
    }


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _map(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}
