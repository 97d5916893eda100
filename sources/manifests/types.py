"""apiVersion and kind of a document: its collection, its scope, its normalised apiVersion."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.model import Conversion, Kinds, Path
from pipeline.model.conversion import as_stored
from pipeline.model.kind import collection_of, split_api_version
from pipeline.model.messages import Message, structure
from sources.manifests import misspelt, names

_SECRET = "core/Secret"  # noqa: S105  # the name of a kind


@dataclass(frozen=True, slots=True)
class Type:
    """What apiVersion and kind say of a document, looked up once for all that share them."""

    group: str
    kind: str
    collection: str
    api_version: str
    """Normalised to the storage version where the kind is known and serves the one given."""
    namespaced: bool
    secret: bool
    """Whether its data is dropped as it is decoded."""
    conversion: Conversion | None = None
    """What is different from the storage version."""
    named_by: tuple[Path, ...] = ()
    """Fields that hold the name once more; see `Kind`."""

    def stored(self, body: dict[str, Any], name: str) -> dict[str, Any]:
        """The body as the storage version has it."""
        return as_stored(body, name, self.conversion, self.named_by)


@dataclass(frozen=True, slots=True)
class BadType:
    """Why a document has no type: the message, the field at fault, the facts."""

    message: Message
    field: str
    facts: Mapping[str, object]


class Types:
    """Types by apiVersion and kind, as one environment's kinds see them."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._known: dict[tuple[str, str], Type | BadType] = {}

    def get(self, api_version: str, kind: str) -> Type | BadType:
        """The type, or why there is none."""
        found = self._known.get((api_version, kind))
        if found is None:
            found = self._known[api_version, kind] = self._judge(api_version, kind)
        return found

    def _judge(self, api_version: str, kind: str) -> Type | BadType:
        if not names.api_version_fits(api_version):
            facts = {"field": "apiVersion", "value": api_version, "model": "networking.istio.io/v1"}
            return BadType(structure.BAD_TYPE, "apiVersion", facts)
        if not names.kind_fits(kind):
            facts = {"field": "kind", "value": kind, "model": "VirtualService"}
            return BadType(structure.BAD_TYPE, "kind", facts)
        return self._look_up(api_version, kind)

    def _look_up(self, api_version: str, kind: str) -> Type | BadType:
        group, _ = split_api_version(api_version)
        stored = self._kinds.stored(api_version, kind)
        if stored is not None:
            return Type(
                group=stored.group,
                kind=kind,
                collection=stored.collection,
                api_version=stored.api_version,
                namespaced=stored.namespaced,
                secret=stored.collection == _SECRET,
                conversion=stored.conversion(api_version),
                named_by=stored.named_by,
            )
        collection = collection_of(group, kind)
        known = self._kinds.get(collection)
        meant = misspelt.meant_kind(group or "core", kind, self._kinds)
        if meant:
            facts = {"kind": kind, "group": group or "the core group", "known": meant}
            return BadType(structure.MISSPELT_KIND, "kind", facts)
        return Type(
            group=group,
            kind=kind,
            collection=collection,
            api_version=api_version,
            namespaced=known.namespaced if known else True,
            secret=collection == _SECRET,
        )
