"""Kubernetes' functions on URLs: `url(text)` takes an absolute URL or an absolute path."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from pipeline.schema.cel.errors import CelError
from pipeline.schema.cel.overloads import typed
from pipeline.schema.uris import BROKEN_ESCAPE, URL, is_request_uri, parse


@typed(str)
def _url(text: str) -> URL:
    """A URL.

    Raises:
        CelError: it is none.
    """
    problem, parts = parse(text, request=True)
    if parts is None:
        raise CelError(f"URL parse error during conversion from string: {problem}")
    _, whole = parse(text.partition("#")[0], request=False)  # as Kubernetes reads it once more
    return whole or parts


def _hostname(url: URL) -> str:
    if url.host.startswith("["):
        return url.host[1:].partition("]")[0]
    name, colon, port = url.host.rpartition(":")
    return name if colon and port.isascii() and (port.isdigit() or not port) else url.host


def _port(url: URL) -> str:
    _, colon, port = url.host.rpartition(":")
    return port if colon and "]" not in port and (port.isdigit() or not port) else ""


def _query(url: URL) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for pair in url.query.split("&"):
        if not pair or ";" in pair or BROKEN_ESCAPE.search(pair):
            continue
        key, _, value = pair.partition("=")
        made.setdefault(_unquoted(key), []).append(_unquoted(value))
    return made


def _unquoted(text: str) -> str:
    return unquote(text.replace("+", " "))


_of_url = typed(URL)

MEMBERS: Mapping[str, Callable[..., Any]] = {
    "getEscapedPath": _of_url(lambda url: url.path),
    "getHost": _of_url(lambda url: url.host),
    "getHostname": _of_url(_hostname),
    "getPort": _of_url(_port),
    "getQuery": _of_url(_query),
    "getScheme": _of_url(lambda url: url.scheme),
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {"isURL": typed(str)(is_request_uri), "url": _url}
