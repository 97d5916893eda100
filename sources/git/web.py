"""Addresses where people can look at a file or a commit, by the habits of each forge."""

from urllib.parse import quote

from pipeline.model import Origin
from sources.git.address import Address
from sources.settings import GitWeb

_KNOWN = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "codeberg.org": "gitea",
    "gitea.com": "gitea",
    "bitbucket.org": "bitbucket",
}
_FILE = {
    "github": "{base}/blob/{revision}/{path}",
    "gitlab": "{base}/-/blob/{revision}/{path}",
    "gitea": "{base}/src/commit/{revision}/{path}",
    "bitbucket": "{base}/src/{revision}/{path}",
}
_LINE = {"github": "#L{}", "gitlab": "#L{}", "gitea": "#L{}", "bitbucket": "#lines-{}"}
_COMMIT = {
    "github": "{base}/commit/{revision}",
    "gitlab": "{base}/-/commit/{revision}",
    "gitea": "{base}/commit/{revision}",
    "bitbucket": "{base}/commits/{revision}",
}


class Web:
    """The pages of one repository; all addresses are empty where no forge is known."""

    def __init__(self, address: Address, given: GitWeb | None) -> None:
        self._kind = given.kind if given else _KNOWN.get(address.host, "")
        self._base = given.url.rstrip("/") if given else _derived(address)

    def commit(self, revision: str) -> str:
        """The page of a commit."""
        if not self._kind or not revision:
            return ""
        return _COMMIT[self._kind].format(base=self._base, revision=revision)

    def file(self, origin: Origin) -> str:
        """The page of a file at the line of an origin."""
        if not self._kind or not origin.revision:
            return ""
        page = _FILE[self._kind].format(
            base=self._base, revision=origin.revision, path=quote(origin.locator)
        )
        return page + (_LINE[self._kind].format(origin.line) if origin.line else "")


def _derived(address: Address) -> str:
    return f"https://{address.host}/{quote(address.path)}"
