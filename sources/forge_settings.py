"""How a source and the forge that hosts its repository talk: webhooks in, commit status out.

A kind of source with revisions inherits `ForgeSettings`, and answers its two questions where its
own settings know better.
"""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sources.secrets import SecretRef

ForgeKind = Literal["github", "gitlab", "gitea", "generic"]
"""gitea: also Forgejo and Codeberg; generic: the protocol of docs/webhooks.md."""


def _web(address: str) -> str:
    parts = urlsplit(address)
    if address and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError("an address begins with https:// or http:// and a host")
    if "@" in parts.netloc:
        raise ValueError("a password or token has no place in an address")
    return address


WebAddress = Annotated[str, AfterValidator(_web)]
"""An address of http or https without credentials, or an empty text."""


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class WebhookSettings(_Frozen):
    """Requests by which a forge says that something was pushed: hints that hasten a look."""

    kind: ForgeKind
    """Who sends them: github, gitlab, gitea (also Forgejo) or generic (docs/webhooks.md)."""
    secret: SecretRef
    """Where the secret is that sender and service share."""
    repository: str = ""
    """Path of the repository at the forge, `owner/name`; derived from the source's url."""


class StatusSettings(_Frozen):
    """What becomes of each commit, told to the forge."""

    kind: ForgeKind
    """Who is told: github, gitlab, gitea (also Forgejo) or generic (docs/webhooks.md)."""
    url: WebAddress = ""
    """Base address of the forge's API, for generic that of the receiver; derived from the source's
    url if empty."""
    token: SecretRef
    """Where the access token is; for generic, the secret that signs."""
    repository: str = ""
    """Path of the repository at the forge, `owner/name`; derived from the source's url."""
    context: str = Field(default="galley/{channel}", min_length=1, max_length=200)
    """Name of the status beside those of others; {channel} and {source} are filled in."""
    target_url: WebAddress = ""
    """Address that people come to from the status; {channel}, {source}, {revision} and {version}
    are filled in."""
    ca: Path | None = None
    """File with the certificates that the forge's is checked against, instead of the system's."""


class ForgeSettings(_Frozen):
    """What a source has whose revisions live at a forge."""

    webhook: WebhookSettings | None = None
    status: StatusSettings | None = None

    def repository_url(self) -> str:
        """Address of the repository, without credentials; empty if the source has none."""
        return ""

    def may_follow(self, ref: str) -> bool:  # noqa: ARG002  # for those that know better
        """Whether a change of a ref, by its full name (`refs/heads/main`), may concern the source;
        True where that cannot be told."""
        return True
