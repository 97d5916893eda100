"""Settings of the git source: which repository, what of it, and how one is let in."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from sources.forge_settings import ForgeSettings, WebAddress
from sources.secrets import SecretRef
from sources.settings.common import FolderSettings, Seconds
from sources.settings.trust import TrustSettings
from sources.versions import Range

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
COMMIT = re.compile(r"[0-9a-f]{40}")
_SCP = re.compile(r"(?:[\w.+-]+@)?(?:[\w.-]+|\[[0-9a-fA-F:]+\]):(?!:).+")
_BAD_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/.]|/\.|[/.]$|\.lock(/|$)")


def git_url(value: object) -> object:
    """A repository's address: text, or a path where it is one.

    Raises:
        ValueError: it is no address that git can be asked for, or holds a secret.
    """
    if not isinstance(value, str):
        return value
    if not value or value.startswith("-") or any(each <= " " for each in value):
        raise ValueError("this is no address of a repository")
    if "://" not in value:
        if "::" in value and not is_scp(value):
            raise ValueError("remote helpers are not used")
        return value if is_scp(value) else Path(value)
    _check(value)
    return value


def is_scp(text: str) -> bool:
    """Whether a text is an address as ssh has them: `user@host:path`."""
    return bool(_SCP.fullmatch(text))


def _check(url: str) -> None:
    """Refuse schemes that nobody vouches for, and secrets."""
    parts = urlsplit(url)
    if parts.scheme not in {"https", "ssh", "file", "http"}:
        raise ValueError("an address begins with https://, ssh:// or file://, or is a path")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("plain http lets anybody on the way change what is read; use https")
    if parts.password is not None or (parts.username and parts.scheme != "ssh"):
        raise ValueError("a user or password has no place in an address; use credentials")
    if parts.scheme != "file" and not parts.hostname:
        raise ValueError("the address names no host")
    if parts.query or parts.fragment:
        raise ValueError("an address of a repository has neither ? nor #")


def _ref_name(value: str) -> str:
    if value and _BAD_REF.search(value):
        raise ValueError("this can be no name of a branch, a tag or a ref")
    return value


RefName = Annotated[str, AfterValidator(_ref_name)]
"""What git takes for the name of a ref."""


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def _form(ref: object) -> str:
    """Which of two forms a ref is written in, so that complaints are about that one."""
    return "text" if isinstance(ref, str) else "map"


class GitRef(_Frozen):
    """What of a repository is followed. Where several are given, commit wins over name, name over
    semver, semver over tag, tag over branch."""

    branch: RefName = ""
    tag: RefName = ""
    semver: str = ""
    """A range of versions (`1.x`, `>=1.2 <2`, `^1.4`): the tag with the highest version in it, with
    or without a `v` before the number. Pre-releases count only where the range names one."""
    name: RefName = ""
    """Any ref by its full name: `refs/pull/7/head`."""
    commit: str = Field(default="", pattern=r"^([0-9a-f]{40})?$")
    """A commit by its full hash: it is read once, and nothing is followed."""

    @model_validator(mode="after")
    def _something(self) -> "GitRef":
        if not any((self.branch, self.tag, self.semver, self.name, self.commit)):
            raise ValueError("give one of branch, tag, semver, name and commit")
        if self.name and not self.name.startswith("refs/"):
            raise ValueError("the full name of a ref begins with refs/")
        if self.semver:
            Range(self.semver)
        return self


class GitCredentials(_Frozen):
    """How the server is convinced, and convinces us; each names a place, never a value."""

    username: str = ""
    """Name for https; with `token` rarely needed (`x-access-token` without one)."""
    token: SecretRef | None = None
    """An access token for https; sent as the password."""
    password: SecretRef | None = None
    """A password for https; needs `username`."""
    certificate: SecretRef | None = None
    """Client certificate for https, PEM; needs `key`."""
    key: SecretRef | None = None
    """The client certificate's private key, PEM, without a passphrase."""
    ca: SecretRef | None = None
    """Certificates that the https server's is checked against, PEM, instead of the system's."""
    ssh_key: SecretRef | None = None
    """Private key for ssh, without a passphrase; without one the agent is asked, then the keys of
    the user who runs the service."""
    known_hosts: SecretRef | None = None
    """Host keys for ssh, as in `~/.ssh/known_hosts`, which is used without one. A host that is not
    in it is never trusted."""

    @model_validator(mode="after")
    def _complete(self) -> "GitCredentials":
        if self.token and self.password:
            raise ValueError("give a token or a password, not both")
        if self.password and not self.username:
            raise ValueError("a password needs a username")
        if bool(self.certificate) != bool(self.key):
            raise ValueError("give certificate and key, or neither")
        return self


class GitWeb(_Frozen):
    """Where people can look at the repository, for forges that are not known by their host."""

    url: WebAddress = Field(min_length=1)
    """Address of the repository's page: `https://git.example.com/team/mesh`."""
    kind: Literal["github", "gitlab", "gitea", "bitbucket"]
    """How the forge writes addresses; gitea: also Forgejo and Codeberg."""


class GitSettings(ForgeSettings, FolderSettings):
    """A git repository, followed."""

    type: Literal["git"]
    unit: Literal["locator", "revision"] = "revision"
    """What is accepted or refused as one: everything up to a commit, or each file by itself."""
    url: Annotated[Path | str, BeforeValidator(git_url)]
    """https://, ssh://, `user@host:path`, file://, or a path, which starts at the settings file.
    Without user, password or token: those are `credentials`."""
    ref: Annotated[
        Annotated[RefName, Tag("text")] | Annotated[GitRef, Tag("map")], Discriminator(_form)
    ] = ""
    """What is followed. A text is a commit if it has 40 hexadecimal digits, a ref if it begins with
    `refs/`, else a branch, or where there is none a tag; empty: the default branch, whatever it is
    called."""
    path: str = ""
    """Folder or file within the repository; empty: all of it."""
    interval: Seconds = Field(default=60.0, gt=0)
    """Seconds between two looks, give or take a tenth."""
    timeout: Seconds = Field(default=60.0, gt=0)
    """Seconds that one fetch may take."""
    depth: int = Field(default=1, ge=0)
    """Commits of history that a first fetch brings, where the server can; 0: all of them."""
    submodules: bool = False
    """Whether submodules are read too, at the commits that are recorded."""
    credentials: GitCredentials = GitCredentials()
    trust: TrustSettings | None = None
    """Signatures that are asked for, and who may change what; without it, whoever may push may."""
    web: GitWeb | None = None
    """Where people can look at it; derived from the url for github.com, gitlab.com, codeberg.org,
    gitea.com and bitbucket.org."""

    @field_validator("path")
    @classmethod
    def _inside(cls, path: str) -> str:
        parts = [part for part in path.split("/") if part not in {"", "."}]
        if ".." in parts:
            raise ValueError("the path leads out of the repository")
        return "/".join(parts)

    def repository_url(self) -> str:
        """Address of the repository; no credentials are in it."""
        return str(self.url)

    def may_follow(self, ref: str) -> bool:
        """Whether a change of a ref, by its full name, may concern the source."""
        wanted = self.ref
        if isinstance(wanted, str):
            if COMMIT.fullmatch(wanted):
                return False
            named = {wanted, f"refs/heads/{wanted}", f"refs/tags/{wanted}"}
            return wanted in {"", "HEAD"} or ref in named
        if wanted.commit:
            return False
        if wanted.name or wanted.semver:
            return ref == wanted.name or (not wanted.name and ref.startswith("refs/tags/"))
        return ref == (f"refs/tags/{wanted.tag}" if wanted.tag else f"refs/heads/{wanted.branch}")
