"""Where a repository lives at its forge, told from the address that git fetches it by."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from sources.forge_settings import ForgeKind

FRONTS = {
    "altssh.gitlab.com": "gitlab.com",
    "ssh.github.com": "github.com",
    "www.github.com": "github.com",
}
"""Names that public forges answer git by, besides their own."""

API = {"github": "/api/v3", "gitlab": "/api/v4", "gitea": "/api/v1"}
"""Path of the API on a forge's own host."""


@dataclass(frozen=True, slots=True)
class Home:
    """A repository at a forge."""

    api: str
    """Base address of the forge's API; empty if it cannot be told."""
    path: str
    """`owner/name`, with all groups at GitLab; empty if it cannot be told."""


def home(kind: ForgeKind, url: str) -> Home:
    """Where a repository of this address lives at a forge of this kind.

    A forge may stand below a path of its host, but at GitLab, whose groups have any depth. Only
    https and ssh say where the API is: over plain http nobody's token travels by itself.
    """
    scheme, host, path = _split(url)
    parts = [part for part in path.removesuffix("/").removesuffix(".git").split("/") if part]
    if kind in {"github", "gitea"}:
        below, parts = parts[:-2], parts[-2:]
        parts = parts if len(parts) == 2 else []
    else:
        below = []
    name = "/".join(parts)
    if kind == "generic" or scheme not in {"https", "ssh"} or not host or not name:
        return Home("", name)
    if kind == "github" and host == "github.com":
        return Home("https://api.github.com", name)
    return Home("/".join(("https:/", host, *below)) + API[kind], name)


def _split(url: str) -> tuple[str, str, str]:
    """Scheme, host (with the port of https) and path; an address without a scheme is ssh's own."""
    if "://" not in url:
        front, colon, path = url.partition(":")
        is_ssh = colon and "/" not in front
        return ("ssh", _named(front.rpartition("@")[2]), path) if is_ssh else ("", "", "")
    parts = urlsplit(url)
    netloc = parts.netloc.rpartition("@")[2]
    host = (parts.hostname or "") if parts.scheme == "ssh" else netloc
    return parts.scheme, _named(host), parts.path if parts.scheme != "file" else ""


def _named(host: str) -> str:
    plain = host.lower()
    return FRONTS.get(plain, plain)
