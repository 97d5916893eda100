"""References of the retired kinds, as `analysis.targets` has those of the others.

Mixer writes a name as `NAME`, `NAME.KIND`, `NAME.NAMESPACE` or `NAME.KIND.NAMESPACE`; what is not
said is the general kind, and the namespace of the resource.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pipeline import kinds
from pipeline.analysis import hosts, namespaces
from pipeline.analysis.legacy import kinds as old
from pipeline.analysis.targets import Name, Place, Reference
from pipeline.loose import text
from pipeline.model import Key

_GROUP = "config.istio.io"


def _within(value: Any, namespace: str) -> Name | None:
    """A text, together with the namespace that it is said in."""
    return (value, namespace) if isinstance(value, str) and value else None


def _named(value: Any, namespace: str) -> Name | None:
    """A map with a name and maybe a namespace."""
    name = text(value, "name")
    return (text(value, "namespace", namespace), name) if name and "*" not in name else None


def _said(value: Any, namespace: str) -> Name | None:
    return (namespace, value) if isinstance(value, str) and value else None


def _host(value: Any, _namespace: str) -> Name | None:
    key = hosts.service_of(value) if isinstance(value, str) and "*" not in value else None
    return (key.namespace, key.name) if key else None


def _namespace(value: Any, _namespace: str) -> Name | None:
    known = isinstance(value, str) and value not in {"", "*", *namespaces.SYSTEM}
    return ("", value) if known else None


def _to(collection: str) -> Callable[[Name], Iterable[Place]]:
    return lambda name: (Key(collection, name[0], name[1]),)


def in_mixer(name: str, namespace: str, general: str, known: Iterable[str]) -> Iterator[Key]:
    """Where a name that Mixer reads may lead, in the order in which it looks."""
    first, *rest = name.split(".")
    *said, last = rest or [""]
    if not rest:
        yield Key(general, namespace, first)
    elif not said:
        yield from _of_kind(last, namespace, first, known)
        yield Key(general, last, first)
    elif len(said) == 1:
        yield from _of_kind(said[0], last, first, {general, *known})


def _of_kind(kind: str, namespace: str, name: str, known: Iterable[str]) -> Iterator[Key]:
    if f"{_GROUP}/{kind}" in known:
        yield Key(f"{_GROUP}/{kind}", namespace, name)


def _mixers(general: str, known: Iterable[str]) -> Callable[[Name], Iterable[Place]]:
    return lambda name: in_mixer(name[0], name[1], general, known)


def _reference(
    collection: str,
    patterns: str,
    target: str,
    *,
    read: Callable[[Any, str], Name | None] = _named,
    leaf: str = "",
    elsewhere: bool = False,
) -> Reference:
    """One that leads by namespace and name; `patterns` have blanks between."""
    return Reference(
        (collection,),
        tuple(patterns.split()),
        read,
        _to(target),
        f"{target.rpartition('/')[2]} " + ("{1}" if target == kinds.NAMESPACE else "{0}/{1}"),
        leaf=(leaf,) if leaf else (),
        elsewhere=(target,) if elsewhere else (),
        reads=frozenset({target}),
    )


def _of_mixer(
    collection: str, pattern: str, general: str, known: Iterable[str] = (), *, install: bool = False
) -> Reference:
    """One that Mixer reads; `install`: the target comes with Istio, and may be held nowhere."""
    return Reference(
        (collection,),
        (pattern,),
        _within,
        _mixers(general, frozenset(known)),
        f"{general.rpartition('/')[2]} {{0}}",
        elsewhere=(general,) if install else (),
        reads=frozenset({general, *known}),
    )


_CONFIGS = (old.RBAC_CONFIG, old.CLUSTER_RBAC_CONFIG)
_SCOPES = ("inclusion", "exclusion")

REFERENCES: tuple[Reference, ...] = (
    _reference(old.SERVICE_ROLE_BINDING, "spec.roleRef", old.SERVICE_ROLE, leaf="name"),
    _reference(old.SERVICE_ROLE_BINDING, "spec.role", old.SERVICE_ROLE, read=_said),
    _reference(old.POLICY, "spec.targets.*", kinds.SERVICE, leaf="name", elsewhere=True),
    _reference(old.QUOTA_SPEC_BINDING, "spec.quotaSpecs.*", old.QUOTA_SPEC, leaf="name"),
    _reference(old.API_SPEC_BINDING, "spec.apiSpecs.* spec.api_specs.*", old.API_SPEC, leaf="name"),
    *(
        _reference(binding, "spec.services.*", kinds.SERVICE, leaf="name", elsewhere=True)
        for binding in (old.QUOTA_SPEC_BINDING, old.API_SPEC_BINDING)
    ),
    *(
        _reference(config, f"spec.{scope}.{field}.*", target, read=read, elsewhere=True)
        for config in _CONFIGS
        for scope in _SCOPES
        for field, target, read in (
            ("services", kinds.SERVICE, _host),
            ("namespaces", kinds.NAMESPACE, _namespace),
        )
    ),
    _of_mixer(old.RULE, "spec.actions.*.handler", old.HANDLER, old.HANDLERS),
    _of_mixer(old.RULE, "spec.actions.*.instances.*", old.INSTANCE, old.INSTANCES),
    _of_mixer(old.HANDLER, "spec.adapter", old.ADAPTER, install=True),
    _of_mixer(old.INSTANCE, "spec.template", old.TEMPLATE, install=True),
    _of_mixer(old.ADAPTER, "spec.templates.*", old.TEMPLATE, install=True),
)
