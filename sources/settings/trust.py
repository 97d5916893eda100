"""Whose word a git source takes for what its repository says."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sources.patterns import PathPattern


class PathRule(BaseModel):
    """Who may change a part of the configuration."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    paths: tuple[PathPattern, ...] = ()
    """Path patterns from the root of the repository, as in `.gitignore`."""
    collections: tuple[str, ...] = ()
    """Kinds of resources (`networking.istio.io/Gateway`, or the kind alone) wherever they are."""
    signers: tuple[str, ...] = ()
    """Who may: mail addresses, user ids, SSH principals or fingerprints of the signing key; `*`
    stands for any text."""
    committers: tuple[str, ...] = ()
    """Or by the committer's address, which nobody has verified: as good as the repository's own
    access rules, and no better."""

    @model_validator(mode="after")
    def _says_something(self) -> "PathRule":
        if not (self.paths or self.collections):
            raise ValueError("say which `paths` or `collections` it is about")
        if not (self.signers or self.committers):
            raise ValueError("say which `signers` or `committers` may change them")
        return self


class TrustSettings(BaseModel):
    """Signatures that are asked for, and who may change what."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    verify: Literal["commit", "tag", "none"] = "commit"
    """What must be signed with one of the keys: the newest commit, which vouches for all that it
    stands on; the annotated tag that `ref` names; or nothing, for rules by committer alone."""
    keys: tuple[Path, ...] = ()
    """Files, or folders of files: OpenPGP public keys, SSH public keys, or lines of an
    allowed-signers file. Read again when they change; a relative path starts at the settings
    file."""
    rules: tuple[PathRule, ...] = ()
    """Every rule that names what a commit changes must allow it."""
    history: int = Field(default=1000, ge=1, le=100_000)
    """Commits between what is live and what has come that are judged one by one; if there are
    more, the newest one answers for all of them."""

    @model_validator(mode="after")
    def _keys_where_needed(self) -> "TrustSettings":
        if not self.keys and (self.verify != "none" or any(rule.signers for rule in self.rules)):
            raise ValueError("signatures need `keys`; give files, or `verify: none`")
        if self.keys and self.verify == "none" and not any(rule.signers for rule in self.rules):
            raise ValueError("`keys` are of no use with `verify: none` and no rule by `signers`")
        return self
