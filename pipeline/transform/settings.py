"""Transforms as people write them: one frozen model for each `type`."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipeline.match import Match
from pipeline.selector import Selector


class TransformSettings(BaseModel):
    """What all transforms have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    type: str
    """Which transform this is."""
    name: str = Field(default="", pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    """Shown by `galley trace` and in diagnostics; by default the type and a number."""
    when: str = ""
    """The channels in which it is applied, by a selector over their `labels`:
    `environment=prod,cluster in (eu-1,eu-2)`; by default all."""
    match: Match = Match()
    """The resources that are transformed; by default all."""

    @field_validator("when")
    @classmethod
    def _is_selector(cls, text: str) -> str:
        Selector.parse(text)
        return text


class LabelsSettings(TransformSettings):
    """Set or remove labels."""

    type: Literal["labels"] = "labels"
    """Which transform this is."""
    set: dict[str, str] = {}
    """Labels and their new values."""
    remove: tuple[str, ...] = ()
    """Labels to take away; one that is not there is no error."""

    @model_validator(mode="after")
    def _once(self) -> "LabelsSettings":
        _not_both(self.set, self.remove)
        return self


class AnnotationsSettings(TransformSettings):
    """Set or remove annotations."""

    type: Literal["annotations"] = "annotations"
    """Which transform this is."""
    set: dict[str, str] = {}
    """Annotations and their new values."""
    remove: tuple[str, ...] = ()
    """Annotations to take away; one that is not there is no error."""

    @model_validator(mode="after")
    def _once(self) -> "AnnotationsSettings":
        _not_both(self.set, self.remove)
        return self


class NamespaceSettings(TransformSettings):
    """Move resources to other namespaces. References to them in bodies stay as they are."""

    type: Literal["namespace"] = "namespace"
    """Which transform this is."""
    map: dict[str, str] = Field(min_length=1)
    """Old namespace to new namespace; others, and cluster-scoped resources, stay."""


class MergeSettings(TransformSettings):
    """Apply a JSON merge patch (RFC 7386) to the manifest."""

    type: Literal["merge"] = "merge"
    """Which transform this is."""
    merge: dict[str, Any]
    """The patch: maps are merged, null removes a field, everything else replaces."""


class PatchOperation(BaseModel):
    """One operation of a JSON patch."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True
    )

    op: Literal["add", "remove", "replace", "move", "copy", "test"]
    """What to do."""
    path: str
    """Where: `/spec/http/0/timeout`; `~1` stands for `/` in a key and `~0` for `~`."""
    value: Any = None
    """What to add, put in place, or expect."""
    source: str = Field(default="", alias="from")
    """`from`: where to move or copy from."""

    @model_validator(mode="after")
    def _complete(self) -> "PatchOperation":
        if self.op in ("add", "replace", "test") and "value" not in self.model_fields_set:
            raise ValueError(f"the operation {self.op!r} needs a value")
        if self.op in ("move", "copy") and "source" not in self.model_fields_set:
            raise ValueError(f"the operation {self.op!r} needs `from`")
        for pointer in (self.path, self.source):
            if pointer and not pointer.startswith("/"):
                raise ValueError(f"{pointer!r} is no JSON pointer; it starts with a slash")
        return self


class PatchSettings(TransformSettings):
    """Apply a JSON patch (RFC 6902) to the manifest."""

    type: Literal["patch"] = "patch"
    """Which transform this is."""
    patch: tuple[PatchOperation, ...] = Field(min_length=1)
    """The operations, in order; if one cannot be applied none is."""


class DropSettings(TransformSettings):
    """Take out the resources that match."""

    type: Literal["drop"] = "drop"
    """Which transform this is."""


class SelectSettings(TransformSettings):
    """Keep only the resources that match."""

    type: Literal["select"] = "select"
    """Which transform this is."""


def _not_both(given: dict[str, str], remove: tuple[str, ...]) -> None:
    both = sorted(given.keys() & set(remove))
    if both:
        raise ValueError(f"{both[0]!r} is both set and removed")
    if not given and not remove:
        raise ValueError("nothing is set and nothing removed")
