"""What a suite of unit tests can say; `docs/testing.md` explains it to those who write them."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, model_validator

from galley.settings import WireName
from galley.suggest import nearest
from pipeline.model import Level
from pipeline.model.messages import CATALOGUE

Manifest: TypeAlias = dict[str, Any]

OUR_CODE = re.compile(r"GAL\d*")
DIGEST = re.compile(r"[0-9a-f]{12,64}")


def _manifest(value: object) -> object:
    if isinstance(value, dict) and all(
        isinstance(value.get(name), str) for name in ("apiVersion", "kind")
    ):
        return value
    raise ValueError("a manifest has an apiVersion and a kind")


def _is_path(value: object) -> bool:
    return isinstance(value, str) and bool(value) and "\0" not in value


def _item(value: object) -> object:
    if isinstance(value, dict):
        return _manifest(value)
    if _is_path(value):
        return value
    raise ValueError("this is neither a path nor a manifest")


def _named(value: object) -> object:
    metadata = value.get("metadata") if isinstance(value, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if isinstance(value, dict) and isinstance(value.get("kind"), str) and isinstance(name, str):
        return value
    raise ValueError("a part of a manifest has at least a kind and metadata.name")


def _snapshot(value: object) -> object:
    if isinstance(value, list):
        return tuple(map(_manifest, value))
    if _is_path(value):
        return value
    raise ValueError("this is neither a path nor a list of manifests")


def _listed(value: object) -> object:
    return [value] if isinstance(value, str | dict) else value


def _code(value: object) -> object:
    if not isinstance(value, str) or not value:
        raise ValueError("a code such as GAL0501 belongs here")
    code = value.partition("/")[0]
    if OUR_CODE.match(code) and code not in CATALOGUE:
        raise ValueError(f"there is no diagnostic {code!r}{nearest(code, CATALOGUE)}")
    return value


def _pattern(value: object) -> object:
    try:
        re.compile(str(value))
    except re.error as error:
        raise ValueError(f"this is no regular expression: {error}") from None
    return value


def _digest(value: object) -> object:
    if isinstance(value, str) and DIGEST.fullmatch(value):
        return value
    raise ValueError("a digest is 64 hexadecimal digits; the first 12 will do")


Given: TypeAlias = Annotated[
    tuple[Annotated[str | Manifest, PlainValidator(_item)], ...], BeforeValidator(_listed)
]
"""Files, folders and manifests; one of them need not be in a list."""


class Said(BaseModel):
    """What is written in a suite; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Pipeline(Said):
    """What the cases run under: a channel of a settings file, or the same settings here."""

    settings: Path | None = None
    channel: str = ""
    """Of the settings; the first if not given."""
    labels: dict[str, str] = {}  # pydantic copies it
    """What the channel would say of itself."""
    schemas: tuple[Path, ...] = ()
    transforms: tuple[Manifest, ...] = ()
    policies: tuple[Path | Manifest, ...] = ()
    suppressions: tuple[Manifest, ...] = ()
    disabled: tuple[str, ...] = ()
    unknown_kinds: Literal["accept", "warn", "refuse"] = "warn"
    unknown_fields: Literal["refuse", "prune"] = "refuse"
    wires: tuple[WireName, ...] = ()
    default_namespace: str = "default"
    """Of what is in no folder that the settings read."""
    complete: bool = False
    """Whether a dangling reference is wrong, and not merely `unresolved`."""

    @model_validator(mode="after")
    def _one_or_the_other(self) -> "Pipeline":
        here = {"labels", "schemas", "transforms", "policies", "suppressions", "disabled"}
        here |= {"unknown_kinds", "unknown_fields", "wires"}
        if self.settings and (both := sorted(here & self.model_fields_set)):
            raise ValueError(f"{', '.join(both)}: this comes from the settings that are named")
        if self.channel and not self.settings:
            raise ValueError("a channel needs the settings that it is one of")
        return self


class ExpectedDiagnostic(Said):
    """A finding that must be there; what is left out may be anything."""

    code: Annotated[str, PlainValidator(_code)]
    """`GAL0601`, or `GAL0501/NAME` for one policy."""
    level: Level | None = None
    resource: str = ""
    """`Kind/namespace/name`, or the whole key."""
    field: str = ""
    """`spec.http[0].route`."""
    file: str = ""
    """As the case is given it; the suite's own name for what is written in it."""
    line: int = 0
    message: str = ""
    """A part of the message."""
    matches: Annotated[str, BeforeValidator(_pattern)] = ""
    """A regular expression that fits somewhere in the message."""


class Expected(Said):
    """What must come of a case."""

    diagnostics: tuple[ExpectedDiagnostic, ...] = ()
    """Exactly these errors and warnings; an info is looked for only if it is named."""
    resources: Annotated[str | tuple[Manifest, ...] | None, PlainValidator(_snapshot)] = None
    """Exactly these resources: manifests, or a file of them."""
    contains: tuple[Annotated[Manifest, PlainValidator(_named)], ...] = ()
    """Parts of resources; fields that are not named may be anything."""
    absent: tuple[str, ...] = ()
    """Resources that must not be there, as `Kind/namespace/name` or whole keys."""
    digest: Annotated[str, PlainValidator(_digest)] = ""
    """Of all resources, or how it begins."""


class When(Said):
    """A change to what is live, which the gate judges."""

    apply: Given = ()
    """What is new or different."""
    delete: tuple[str, ...] = ()
    """What goes, as `Kind/namespace/name` or whole keys."""


class Case(Said):
    """One test."""

    name: str = Field(min_length=1)
    given: Given = ()
    """What there is; with `when`, what is live already."""
    when: When | None = None
    stage: str = ""
    """Look at what this stage left, and hear nothing of those after it."""
    expect: Expected = Expected()
    relaxed: bool = False
    """Whether other errors and warnings than the expected ones may be there."""
    skip: str = ""
    """Why it is not run."""
    only: bool = False
    """Run this one, and no other of its suite that does not say so too."""

    @model_validator(mode="after")
    def _stage_of_a_state(self) -> "Case":
        if self.stage and self.when:
            raise ValueError("the gate judges what all stages say; leave out either stage or when")
        return self


class Suite(Said):
    """A file of tests."""

    pipeline: Pipeline = Pipeline()
    given: Given = ()
    """What every case is given besides its own."""
    cases: tuple[Case, ...]
