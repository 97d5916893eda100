"""The server's certificate, read again for a new connection when its files have changed."""

import logging
import ssl
from pathlib import Path

import grpc

from galley.settings import TlsSettings

log = logging.getLogger("galley.mesh")

Stamp = tuple[tuple[int, int, int] | None, ...]


class CertificateError(Exception):
    """Certificate, key or authority cannot be used; which, and why."""


class Certificates:
    """What gRPC asks for at every handshake."""

    def __init__(self, tls: TlsSettings) -> None:
        """Read them.

        Raises:
            CertificateError: they cannot be used.
        """
        self._tls = tls
        self._stamp = _look(tls)
        self._first = _read(tls)

    def credentials(self) -> grpc.ServerCredentials:
        """For a port; clients have to present a certificate if there is an authority for them."""
        return grpc.dynamic_ssl_server_credentials(
            self._first,
            self._renewed,  # type: ignore[arg-type]  # gRPC takes None for: as before
            bool(self._tls.client_ca),
        )

    def _renewed(self) -> "grpc.ServerCertificateConfiguration | None":
        """Called in a thread of gRPC's; None: as before. What cannot be used is said once."""
        stamp = _look(self._tls)
        if stamp == self._stamp:
            return None
        self._stamp = stamp
        try:
            renewed = _read(self._tls)
        except CertificateError as error:
            log.error("The old certificate stays in use for meshes: %s.", error)
            return None
        log.info("The certificate for meshes was read again.")
        return renewed


def _look(tls: TlsSettings) -> Stamp:
    return tuple(_stamp(path) for path in (tls.certificate, tls.key, tls.client_ca) if path)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _read(tls: TlsSettings) -> grpc.ServerCertificateConfiguration:
    """What the files hold; gRPC itself would not say what is wrong with it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        pair = (tls.key.read_bytes(), tls.certificate.read_bytes())
        context.load_cert_chain(tls.certificate, tls.key, password="")  # locked ones are refused
    except OSError as error:
        raise CertificateError(
            f"cannot use certificate {str(tls.certificate)!r}; {error}"
        ) from error
    try:
        authority = tls.client_ca.read_bytes() if tls.client_ca else None
        if authority:
            context.load_verify_locations(tls.client_ca)
    except OSError as error:
        raise CertificateError(f"cannot use client_ca {str(tls.client_ca)!r}; {error}") from error
    return grpc.ssl_server_certificate_configuration([pair], authority)
