"""URLs as Go's package net/url reads them."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote_from_bytes, unquote, unquote_to_bytes


@dataclass(frozen=True, slots=True)
class URL:
    """The parts of a URL that a rule can ask for."""

    scheme: str
    host: str
    path: str
    """Escaped."""
    query: str


_CONTROL = re.compile("[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_USER = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_HOST = re.compile(
    r"(?:[A-Za-z0-9\-_.~!$&'()*+,;=:\[\]<>\"]|[^\x00-\x7f]|%[89A-Fa-f][0-9A-Fa-f]|%25)*"
)
_PORT = re.compile(r"(?::[0-9]*)?")
_PLAIN_PATH = re.compile(r"(?:[A-Za-z0-9\-_.~$&+,/:;=@!'()*\[\]]|%[0-9A-Fa-f]{2})*")


def is_request_uri(text: str) -> bool:
    """Whether the text is an absolute URL or an absolute path."""
    return parse(text, request=True)[1] is not None


def is_ipv6(text: str) -> bool:
    """Whether the text is an address of IPv6 without a zone."""
    try:
        return ipaddress.IPv6Address(text).scope_id is None
    except ValueError:
        return False


def parse(text: str, *, request: bool) -> tuple[str, URL | None]:
    """What is wrong, or the parts; not for a `request`, relative paths are fine, too."""
    if text == "*":
        return "", URL("", "", "*", "")
    found = _SCHEME.fullmatch(text)
    scheme, rest = (found[1].lower(), found[2]) if found else ("", text)
    rest, _, query = rest.partition("?")
    problem = _beginning_problem(text, scheme, rest, request=request)
    if problem:
        return problem, None
    if scheme and not rest.startswith("/"):
        return "", URL(scheme, "", "", query)
    host = ""
    if (scheme or (not request and not rest.startswith("///"))) and rest.startswith("//"):
        authority, slash, path = rest[2:].partition("/")
        rest = slash + path
        user, at, host = authority.rpartition("@")
        problem = _authority_problem(scheme, user, host, named=bool(at))
        if problem:
            return problem, None
    if BROKEN_ESCAPE.search(rest):
        return "invalid URL escape", None
    return "", URL(scheme, _unescaped_host(host), _escaped_path(rest), query)


def _beginning_problem(text: str, scheme: str, rest: str, *, request: bool) -> str:
    if _CONTROL.search(text):
        return "invalid control character in URL"
    if text.startswith(":"):
        return "missing protocol scheme"
    if scheme or rest.startswith("/"):
        return ""
    if request:
        return "invalid URI for request" if text else "empty url"
    colon = ":" in rest.partition("/")[0]
    return "first path segment in URL cannot contain colon" if colon else ""


def _authority_problem(scheme: str, user: str, host: str, *, named: bool) -> str:
    if named and (not _USER.fullmatch(user) or BROKEN_ESCAPE.search(user)):
        return "invalid userinfo"
    if "[" in host:
        return _literal_problem(host)
    _, colon, port = host.partition(":")
    if colon and ":" in port and scheme not in ("http", "https"):
        _, colon, port = host.rpartition(":")
    if not _PORT.fullmatch(colon + port):
        return f'invalid port "{colon}{port}" after host'
    return "" if _HOST.fullmatch(host) else "invalid character in host name"


def _literal_problem(host: str) -> str:
    """What is wrong with an address in brackets."""
    if not host.startswith("[") or host.rfind("[") > 0:
        return "invalid IP-literal"
    inner, bracket, port = host[1:].rpartition("]")
    if not bracket:
        return "missing ']' in host"
    if not _PORT.fullmatch(port):
        return f'invalid port "{port}" after host'
    address, zone_mark, zone = inner.partition("%25")
    if zone_mark and not zone:
        return "invalid host"
    if "%" in address or ":" not in address or not is_ipv6(address):
        return "invalid host"
    return ""


def _unescaped_host(host: str) -> str:
    return unquote(host) if "%" in host else host


def _escaped_path(path: str) -> str:
    """As URL.EscapedPath: the path as it was written where that is a way to write it."""
    if path == "*" or _PLAIN_PATH.fullmatch(path):
        return path
    return quote_from_bytes(unquote_to_bytes(path), safe="$&+,/:;=@-_.~")
