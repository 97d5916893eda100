"""Asking a server, one request at a time: small, synchronous, quick to import."""

import getpass
import http.client
import json
import platform
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from galley.cli.failure import Failure

DEFAULT_SERVER = "http://127.0.0.1:8340"
GRACE = 15.0
"""Seconds that an answer may take beyond what the request itself asks to wait."""
NO_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"}
"""Why TLS fails with a server that has none."""


class Remote:
    """A service, and the channel that a command is about."""

    def __init__(self, server: str, *, channel: str, token: str, ca_file: Path | None) -> None:
        text = server if "://" in server else f"http://{server}"
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port
        except ValueError:  # brackets or a port that make no sense
            host, port = None, None
        if not host or parts.scheme not in {"http", "https"}:
            raise Failure(
                f"{server!r} is not the address of a server.",
                remedy="Write it as https://galley.example.com or 127.0.0.1:8340.",
            )
        if not (token.isascii() and token.isprintable()):
            raise Failure(
                "GALLEY_TOKEN holds characters that are in no token.",
                remedy="Set it again: to the token alone, without quotes or line ends.",
            )
        self.url = text.rstrip("/")
        self.channel = channel
        self.token = token
        self.ca_file = ca_file
        self.actor = actor()
        self._secure = parts.scheme == "https"
        self._host, self._port = host, port
        self._base = parts.path.rstrip("/")

    def get(self, path: str, query: Mapping[str, Any] | None = None, *, within: float = 30) -> Any:
        """Ask about the channel; `path` is below it."""
        return self.call("GET", self._below(path), query=query, within=within)

    def post(
        self, path: str, body: Mapping[str, Any], *, verb: str = "POST", within: float = 120
    ) -> Any:
        """Change something about the channel."""
        return self.call(verb, self._below(path), body=body, within=within)

    def delete(self, path: str, query: Mapping[str, Any]) -> Any:
        """Take something away from the channel."""
        return self.call("DELETE", self._below(path), query=query)

    def call(
        self,
        verb: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        within: float = 30,
    ) -> Any:
        """One request below `/api/v1`, and its answer.

        Raises:
            Failure: no connection, no answer in time, or a problem document.
        """
        target = f"{self._base}/api/v1{path}"
        if query:
            target += "?" + urlencode({name: _plain(value) for name, value in query.items()})
        payload = None if body is None else json.dumps(body).encode()
        connection = self._connection(within + GRACE)
        try:
            connection.request(verb, target, body=payload, headers=self._headers(payload))
            response = connection.getresponse()
            return _answer(response.status, response.read())
        except TimeoutError:
            raise Failure(
                f"{self.url} did not answer within {within + GRACE:.0f} seconds.",
                code="timed-out",
            ) from None
        except ssl.SSLError as error:
            if error.reason in NO_TLS:
                raise Failure(
                    f"{self.url} does not speak TLS.",
                    remedy="If the service has no certificate, its address begins with http://.",
                    code="unavailable",
                ) from None
            raise Failure(
                f"{self.url} cannot be trusted: {error.reason or error}.",
                remedy="Name its certificate authority with --ca-file or GALLEY_CA_FILE.",
                code="unavailable",
            ) from None
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from None
        finally:
            connection.close()

    def _below(self, path: str) -> str:
        base = f"/channels/{segment(self.channel)}"
        return f"{base}/{path}" if path else base

    def _connection(self, seconds: float) -> http.client.HTTPConnection:
        if not self._secure:
            return http.client.HTTPConnection(self._host, self._port, timeout=seconds)
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:
            why = error.strerror or str(error)
            raise Failure(f"The file {str(self.ca_file)!r} cannot be used: {why}.") from None
        return http.client.HTTPSConnection(self._host, self._port, timeout=seconds, context=context)

    def _headers(self, payload: bytes | None) -> dict[str, str]:
        headers = {"Accept": "application/json", "Galley-Actor": self.actor}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if payload is not None:
            headers["Content-Type"] = "application/json"
        return headers

    def _unreachable(self, error: Exception) -> Failure:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return Failure(
            f"No service answers at {self.url}: {reason}.",
            remedy="Start one with `galley serve`, or name another with --server or GALLEY_SERVER.",
            code="unavailable",
        )


def segment(text: str) -> str:
    """Text as one part of a path."""
    return quote(text, safe="")


def _answer(status: int, payload: bytes) -> Any:
    try:
        value = json.loads(payload) if payload else {}
    except ValueError:
        raise Failure(
            "The answer is not JSON; is this a Galley service?", code="unavailable"
        ) from None
    if status >= 400:
        raise Failure.of(value if isinstance(value, dict) else {})
    return value


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def actor() -> str:
    """Who asks, for the audit of a service without tokens; a service with tokens ignores it."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    text = f"{user}@{platform.node()}"
    return text.encode("ascii", "replace").decode()
