"""What a check outside of Galley is given, and what it answers; docs/checks.md tells its authors.

A command gets the candidate on standard input and answers on standard output, a service gets it
posted and answers in the body: the same JSON both ways.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

FORMAT = 1
"""Raised when a check written for an older Galley could not read its candidate any more."""

MOST_DIAGNOSTICS = 1000

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Manifest = dict[str, Any]
"""A resource as people write it: apiVersion, kind, metadata and all else."""


class Part(BaseModel):
    """What all parts have in common: fields that nobody knows are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Base(Part):
    """What is live while the check is asked."""

    version: int
    """0: nothing was published yet."""
    digest: str


class Content(Part):
    """What would be published."""

    digest: str
    """Of all its resources; docs/protocol.md says how it is computed."""
    environment: str
    """Digest of the schemas, policies and transforms that it is made under."""
    added: int
    changed: int
    deleted: int
    resources: int
    """How many resources there would be."""


class ResourceChange(Part):
    """One resource that the candidate changes."""

    resource: str
    """Its key, `group/Kind/namespace/name`."""
    change: Literal["added", "changed", "deleted"]
    source: str
    """Where it comes from: the source, the file or object in it, the line and the revision."""
    file: str
    line: int
    revision: str
    before: Manifest | None
    """As it is live; null where it is added."""
    after: Manifest | None
    """As it would be; null where it is deleted."""


class CandidateDocument(Part):
    """What a check is given."""

    format: Literal[1]
    channel: str
    check: str
    """The name of the check."""
    base: Base
    candidate: Content
    changes: list[ResourceChange]
    """By key. Empty where the live version itself is asked about."""
    resources: list[Manifest] | None = None
    """Every resource of the candidate by key, with `give: all`."""


class CheckDiagnostic(Part):
    """One thing that a check has found."""

    message: Text = Field(min_length=1)
    """A sentence."""
    level: Literal["error", "warning", "info"] = "error"
    """An error blocks, the others are shown."""
    code: Text = Field(default="", max_length=64)
    """The check's own code for it."""
    resource: str = ""
    """Key of the resource that it is about; empty for the candidate as a whole."""
    path: list[str | int] = Field(default=[], max_length=100)
    """The field within the manifest: `["spec", "http", 0, "route"]`."""
    related: list[str] = Field(default=[], max_length=100)
    """Keys of other resources that it is about: if the candidate does not change the one named by
    `resource`, these are at fault."""


class CheckAnswer(Part):
    """What a check answers."""

    ok: bool = True
    """False refuses the candidate; so does a diagnostic of level error."""
    message: Text = ""
    """Why, where no diagnostic says it."""
    diagnostics: list[CheckDiagnostic] = Field(default=[], max_length=MOST_DIAGNOSTICS)


DIAGNOSTICS = TypeAdapter(Annotated[list[CheckDiagnostic], Field(max_length=MOST_DIAGNOSTICS)])
"""Diagnostics alone are an answer as well."""
