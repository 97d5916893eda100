"""Overlays: partial manifests laid over the resources of the same name.

They are for what differs from environment to environment and from cluster to cluster. Which of them
hold in a channel is said by `when`, as for any transform; the service reads their files.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, field_validator

from pipeline.manifest import manifest
from pipeline.model import Diagnostic, Document, Key, Kinds, Resource
from pipeline.model.messages import shaping as messages
from pipeline.stage import Outcome, Present, Reader
from pipeline.transform.merge import merged
from pipeline.transform.rebuild import from_manifest
from pipeline.transform.settings import TransformSettings
from pipeline.transform.stages import Transform

DIRECTIVE = "$patch"
FOREIGN = (DIRECTIVE, "$retainKeys", "$setElementOrder", "$deleteFromPrimitiveList")
"""What strategic merge patches know and merge patches do not."""
READ = frozenset({"file", "line", "manifest"})
"""What a manifest is wrapped in that was read from a file."""


class OverlaySettings(TransformSettings):
    """Lay partial manifests over the resources of the same kind, namespace and name."""

    type: Literal["overlay"] = "overlay"
    """Which transform this is."""
    overlays: tuple[str | dict[str, Any], ...] = Field(min_length=1)
    """Partial manifests, or files and folders that hold them. Each says apiVersion, kind and
    `metadata.name`, and a namespace if it is not `default`; the rest is merged into the resource as
    by `merge` (maps are merged, null removes a field, lists are replaced), and `$patch: delete`
    takes the resource out. The version does not matter; the fields are those of the stored one. Of
    two for one resource the later has the last word."""

    @field_validator("overlays")
    @classmethod
    def _are_manifests(cls, given: tuple[str | dict[str, Any], ...]) -> tuple[Any, ...]:
        for each in given:
            if isinstance(each, str):
                raise ValueError(f"the file {each!r} was not read")  # noqa: TRY004  # for pydantic
            Partial.parse(each, None)
        return given


@dataclass(frozen=True, slots=True)
class Partial:
    """One partial manifest."""

    key: Key
    patch: Mapping[str, Any]
    """What is merged in."""
    deletes: bool
    file: str
    """Where it stands; empty for the settings."""
    line: int

    @classmethod
    def parse(cls, given: Mapping[str, Any], kinds: Kinds | None) -> "Partial":
        """A manifest as written, or with the file and line that it was read from.

        Raises:
            ValueError: it does not name a resource, or has a directive that is not known.
        """
        file, line, held = "", 0, given
        if given.keys() == READ:
            file, line, held = given["file"], given["line"], given["manifest"]
        try:
            return cls(_key(held, kinds), _patch(held), _deletes(held), file, line)
        except ValueError as error:
            raise ValueError(f"{file}:{line}: {error}" if file else str(error)) from None


class Overlay(Transform):
    """Merges partial manifests into the resources that they name, or takes those out."""

    def __init__(self, given: OverlaySettings, kinds: Kinds | None = None) -> None:
        super().__init__(given.name, given.match, kinds)
        self._partials: dict[Key, list[Partial]] = {}
        for each in given.overlays:
            if not isinstance(each, str):
                partial = Partial.parse(each, kinds)
                self._partials.setdefault(partial.key, []).append(partial)
        self._collections = frozenset(key.collection for key in self._partials)

    def handles(self, collection: str) -> bool:
        return collection in self._collections and super().handles(collection)

    def idle(self, present: Present) -> Iterator[Diagnostic]:
        """A word on each partial manifest whose resource is not there."""
        for key, partials in self._partials.items():
            if key not in present:
                for one in partials:
                    report = messages.OVERLAY_IDLE.report(transform=self._label, resource=key)
                    yield report.at("", one.file, one.line)

    def outcome(self, resource: Resource, document: Document, reader: Reader) -> Outcome:  # noqa: ARG002  # reads nothing
        partials = self._partials.get(resource.key, ())
        if any(one.deletes for one in partials):
            return Outcome(())
        if not partials:
            return Outcome((resource,))
        result: Any = manifest(resource, document)
        for one in partials:
            result = merged(result, one.patch)
        return Outcome((from_manifest(self._label, resource, result),))


def _key(held: Any, kinds: Kinds | None) -> Key:
    if not isinstance(held, Mapping):
        raise ValueError("a partial manifest is a map")  # noqa: TRY004  # as above
    metadata = held.get("metadata")
    names = metadata if isinstance(metadata, Mapping) else {}
    said = {
        "apiVersion": held.get("apiVersion"),
        "kind": held.get("kind"),
        "metadata.name": names.get("name"),
        "metadata.namespace": names.get("namespace", "default"),
    }
    for field, text in said.items():
        if not (isinstance(text, str) and text):
            raise ValueError(f"{field} must be there, and a text, to say which resource is meant")
    api_version, kind, name, namespace = said.values()
    kinds = kinds or Kinds()
    collection = kinds.collection(api_version, kind)
    known = kinds.get(collection)
    return Key(collection, namespace if known is None or known.namespaced else "", name)


def _patch(held: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest without what only says which resource is meant."""
    patch = {name: value for name, value in held.items() if name not in ("apiVersion", "kind")}
    patch.pop(DIRECTIVE, None)
    for inner in _maps(patch):
        for name in inner:
            if name.startswith(FOREIGN):
                raise ValueError(
                    f"the directive {name} is not known here; lists are replaced whole"
                )
    own = {k: v for k, v in held["metadata"].items() if k not in ("name", "namespace")}
    return {**patch, "metadata": own}


def _deletes(held: Mapping[str, Any]) -> bool:
    directive = held.get(DIRECTIVE)
    if directive not in (None, "delete"):
        raise ValueError(f"{DIRECTIVE} can only be `delete`, and is {directive!r}")
    return directive is not None


def _maps(value: Any) -> Iterable[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for item in value.values():
            yield from _maps(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _maps(item)
