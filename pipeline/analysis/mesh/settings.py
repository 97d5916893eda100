"""MeshConfig: one read, recorded like any other, of the ConfigMap that holds it."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pipeline import kinds
from pipeline.loose import inside, items, mapping, text
from pipeline.model import Document, Key, Resource
from pipeline.schema.text import read_yaml
from pipeline.stage import Index, Reader

_FIELD = "mesh"
_HERE = "mesh"
"""The one value of the index."""
OWN_DOMAIN = "cluster.local"
"""Stands for the trust domain of the mesh, whatever that is called."""
ROOT = "istio-system"
"""The namespace whose policies hold for every other one, where nobody says otherwise."""

_MADE_BY_ISTIO = {
    "envoy": "envoyFileAccessLog",
    "prometheus": "prometheus",
    "stackdriver": "stackdriver",
}
"""Providers that are there unless a MeshConfig says something else under their name."""

_EXPORTED_BY = {
    kinds.DESTINATION_RULE: "defaultDestinationRuleExportTo",
    kinds.SERVICE: "defaultServiceExportTo",
    kinds.SERVICE_ENTRY: "defaultServiceExportTo",
    kinds.VIRTUAL_SERVICE: "defaultVirtualServiceExportTo",
}


class Mesh(NamedTuple):
    """What a MeshConfig says, with Istio's defaults for what it does not."""

    root: str = ROOT
    providers: Mapping[str, str] = _MADE_BY_ISTIO
    """The type of each provider by its name: `envoyExtAuthzGrpc`."""
    trust_domains: frozenset[str] = frozenset({OWN_DOMAIN})
    """Those of the mesh itself and its aliases."""
    logs_by_default: bool = False
    """Whether there is a provider of access logs for those who name none."""
    exported: Mapping[str, tuple[str, ...]] = {}
    """By collection, what counts as `exportTo` where a resource has none; none: everywhere."""
    held: Key | None = None
    """The ConfigMap; None: nobody holds one that can be read."""


def is_mesh(resource: Resource) -> bool:
    """Whether a ConfigMap may hold a MeshConfig, by its name."""
    name = resource.key.name
    return name == "istio" or name.startswith("istio-")


def _values(resource: Resource, document: Document) -> Iterator[str]:
    if is_mesh(resource) and isinstance(inside(document.body, "data", _FIELD), str):
        yield _HERE


MESH = Index("config-map-of-a-mesh", kinds.CONFIG_MAP, _values)


def mesh_of(reader: Reader) -> Mesh:
    """The settings of the mesh: of the revision without a name, or else of the first one; with the
    providers of all revisions."""
    found = reader.find(MESH, _HERE)
    ranked = sorted(found, key=lambda each: (each.key.name != "istio", each.key))
    meshes = [mesh for mesh in map(_mesh, ranked) if mesh is not None]
    if len(meshes) < 2:
        return meshes[0] if meshes else Mesh()
    providers = {name: kind for mesh in reversed(meshes) for name, kind in mesh.providers.items()}
    return meshes[0]._replace(providers=providers)


def problem_of(resource: Resource) -> str:
    """Why a MeshConfig cannot be read; empty: it can."""
    said = _read(resource)
    return said if isinstance(said, str) else ""


@lru_cache(maxsize=32)
def _read(resource: Resource) -> dict[str, Any] | str:
    held = inside(resource.document().body, "data", _FIELD)
    try:
        documents = read_yaml(held) if isinstance(held, str) else []
    except ValueError as error:
        return str(error)
    content = documents[0] if documents else {}
    return content if isinstance(content, dict) else "it is not a mapping"


@lru_cache(maxsize=32)
def _mesh(resource: Resource) -> Mesh | None:
    said = _read(resource)
    if isinstance(said, str):
        return None
    return Mesh(
        root=text(said, "rootNamespace", resource.key.namespace),
        providers={**_MADE_BY_ISTIO, **dict(_providers(said))},
        trust_domains=frozenset(_trust_domains(said)),
        logs_by_default=bool(items(said, "defaultProviders", "accessLogging")),
        exported={
            collection: tuple(each for each in items(said, field) if isinstance(each, str))
            for collection, field in _EXPORTED_BY.items()
        },
        held=resource.key,
    )


def _trust_domains(said: dict[str, Any]) -> Iterator[str]:
    yield OWN_DOMAIN
    yield text(said, "trustDomain", OWN_DOMAIN)
    yield from (each for each in items(said, "trustDomainAliases") if isinstance(each, str))


def _providers(said: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for provider in items(said, "extensionProviders"):
        if name := text(provider, "name"):
            yield name, next((each for each in sorted(mapping(provider)) if each != "name"), "")
