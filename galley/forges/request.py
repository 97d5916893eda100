"""How each forge is told of a commit's status: one request, ready to be sent."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

import orjson

from galley import __version__
from galley.forges import signing
from galley.forges.address import home
from galley.forges.status import Status
from sources.forge_settings import ForgeKind, StatusSettings

LENGTHS = {"github": 140, "gitlab": 255, "gitea": 255, "generic": 1000}
"""Characters of a description; what is longer, GitHub and GitLab refuse."""

GITLAB_STATES = {"pending": "pending", "success": "success", "failure": "failed"}


class UnknownForgeError(Exception):
    """The settings do not say whom to tell, nor about which repository."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to tell, about which repository, under which name."""

    kind: ForgeKind
    api: str
    repository: str
    channel: str
    source: str
    context: str
    link: str
    """Address behind the status; {revision} and {version} are still to be filled in."""


@dataclass(frozen=True, slots=True)
class Request:
    """A POST."""

    url: str
    headers: dict[str, str]
    body: bytes


def target_of(settings: StatusSettings, url: str, channel: str, source: str) -> Target:
    """The target that a source's settings describe, whose repository is at `url`.

    Raises:
        UnknownForgeError: something is neither there nor derivable.
    """
    found = home(settings.kind, url)
    api, repository = settings.url.rstrip("/") or found.api, settings.repository or found.path
    if not api:
        raise UnknownForgeError("url is not set, and cannot be derived from the source's url")
    if not repository and settings.kind != "generic":
        raise UnknownForgeError("repository is not set, and cannot be derived from the url")
    names = {"channel": channel, "source": source}
    context = _filled(settings.context, names)
    quoted = {name: quote(text, safe="") for name, text in names.items()}
    link = _filled(settings.target_url, quoted)
    return Target(settings.kind, api, repository, channel, source, context, link)


def request(target: Target, status: Status, token: str, now: float) -> Request:
    """What tells the forge of a status."""
    if target.kind == "generic":
        return _generic(target, status, token, now)
    state: str = status.colour.value
    if target.kind == "gitlab":
        state = GITLAB_STATES[state]
    said = {
        "state": state,
        "name" if target.kind == "gitlab" else "context": target.context,
        "description": status.description(LENGTHS[target.kind]),
    }
    if link := _link(target, status):
        said["target_url"] = link
    return Request(_url(target, status.revision), _headers(target.kind, token), orjson.dumps(said))


def _url(target: Target, revision: str) -> str:
    sha = quote(revision, safe="")
    if target.kind == "gitlab":
        return f"{target.api}/projects/{quote(target.repository, safe='')}/statuses/{sha}"
    return f"{target.api}/repos/{quote(target.repository)}/statuses/{sha}"


def _headers(kind: ForgeKind, token: str) -> dict[str, str]:
    common = {"Content-Type": "application/json", "User-Agent": f"galley/{__version__}"}
    if kind == "github":
        common["Accept"] = "application/vnd.github+json"
        common["X-GitHub-Api-Version"] = "2022-11-28"
        return {**common, "Authorization": f"Bearer {token}"}
    if kind == "gitlab":
        return {**common, "PRIVATE-TOKEN": token}
    if kind == "gitea":
        return {**common, "Authorization": f"token {token}"}
    return common


def _generic(target: Target, status: Status, secret: str, now: float) -> Request:
    """The JSON of docs/webhooks.md; the id is the same whenever the same is told again."""
    said: dict[str, Any] = {
        "channel": target.channel,
        "source": target.source,
        "repository": target.repository,
        "revision": status.revision,
        "state": status.state,
        "result": status.colour.value,
        "version": status.version,
        "description": status.description(LENGTHS["generic"]),
        "findings": [asdict(finding) for finding in status.findings],
        "more": status.more,
        "subscribers": asdict(status.tally) if status.tally else None,
        "context": target.context,
        "target_url": _link(target, status),
    }
    body = orjson.dumps(said)
    message = f"msg_{hashlib.sha256(body).hexdigest()[:32]}"
    signed = signing.headers(secret, message, int(now), body)
    return Request(target.api, {**_headers("generic", ""), **signed}, body)


def _link(target: Target, status: Status) -> str:
    names = {"revision": status.revision, "version": str(status.version or "")}
    return _filled(target.link, {name: quote(text, safe="") for name, text in names.items()})


def _filled(template: str, names: dict[str, str]) -> str:
    """Replaces plainly: braces of somebody else's stay as they are."""
    for name, text in names.items():
        template = template.replace(f"{{{name}}}", text)
    return template
