"""Defaults: fields that are left out are written as the control plane takes them."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import field_validator

from pipeline.invalid import nearest
from pipeline.model import Document, Kinds, Resource
from pipeline.transform.default_table import DEFAULTS, Default
from pipeline.transform.rebuild import rebuilt
from pipeline.transform.settings import TransformSettings
from pipeline.transform.stages import Transform

NAMES = frozenset(each.name for each in DEFAULTS)


class DefaultsSettings(TransformSettings):
    """Write out what Istio and Kubernetes take fields to be that are left out: the retries of a
    route, the TLS mode of a gateway. docs/transforms.md lists all of them."""

    type: Literal["defaults"] = "defaults"
    """Which transform this is."""
    leave: tuple[str, ...] = ()
    """Fields that are left as they are, because the mesh has other defaults:
    `VirtualService.spec.http[*].retries`."""

    @field_validator("leave")
    @classmethod
    def _are_known(cls, leave: tuple[str, ...]) -> tuple[str, ...]:
        for name in leave:
            if name not in NAMES:
                raise ValueError(f"no default is called {name!r}{nearest(name, NAMES)}")
        return leave


class Defaults(Transform):
    """Fills in what is left out; a field that is there, also with null in it, is left."""

    def __init__(self, given: DefaultsSettings, kinds: Kinds | None = None) -> None:
        super().__init__(given.name, given.match, kinds)
        self._defaults: dict[str, list[Default]] = {}
        for each in DEFAULTS:
            if each.name not in given.leave:
                self._defaults.setdefault(each.collection, []).append(each)

    def handles(self, collection: str) -> bool:
        return collection in self._defaults and super().handles(collection)

    def changed(self, resource: Resource, document: Document) -> Resource:
        body: Any = document.body
        for each in self._defaults[resource.key.collection]:
            body = _filled(body, each.holder, each)
        if body is document.body:
            return resource
        made = Document(document.labels, document.annotations, body)
        return rebuilt(self._label, resource, made)


def _filled(held: Any, way: Sequence[str], default: Default) -> Any:
    """The same value, with the default in all the maps that the way leads to; itself where it is
    nowhere wanted."""
    if not way:
        return _with(held, default)
    step, *below = way
    if step == "*":
        return _each(held, below, default)
    if not isinstance(held, Mapping) or step not in held:
        return held
    made = _filled(held[step], below, default)
    return held if made is held[step] else {**held, step: made}


def _each(held: Any, below: Sequence[str], default: Default) -> Any:
    if not isinstance(held, list):
        return held
    made = [_filled(item, below, default) for item in held]
    return held if all(new is old for new, old in zip(made, held, strict=True)) else made


def _with(held: Any, default: Default) -> Any:
    if not isinstance(held, Mapping) or default.field in held or not default.where(held):
        return held
    return {**held, default.field: default.of(held)}
