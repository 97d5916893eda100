"""One resource to transform, and ways to run transforms: one alone, several in an engine."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import pytest
import yaml

from pipeline import transform
from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.manifest import manifest
from pipeline.model import Key, Kinds, Resource
from pipeline.model.kind import collection_of, split_api_version
from pipeline.schema import BUILTIN_KINDS
from pipeline.stage import Outcome, Stage

Apply: TypeAlias = Callable[..., Outcome]


@pytest.fixture
def resource() -> Resource:
    return Resource.build(
        Key("networking.istio.io/VirtualService", "shop", "reviews"),
        "networking.istio.io/v1",
        labels={"app": "reviews", "tier": "web"},
        annotations={"note": "kept"},
        body={"spec": {"hosts": ["reviews"], "http": [{"timeout": "5s"}]}},
    )


@pytest.fixture
def apply(run: Callable[[Stage, Resource], Outcome]) -> Apply:
    """Run one transform, given as in the settings, on a resource."""

    def once(resource: Resource, **settings: Any) -> Outcome:
        (stage,) = transform.build([settings], Kinds(BUILTIN_KINDS))
        return run(stage, resource)

    return once


class Rig:
    """An engine with some transforms, given manifests as people write them."""

    def __init__(self, *transforms: dict[str, Any], labels: dict[str, str] | None = None) -> None:
        spec = EnvironmentSpec(transforms=transforms, labels=labels or {})
        self.engine = Engine(Environment.build(spec))
        self.ran: Mapping[str, int] = {}

    def put(self, text: str) -> "Rig":
        """Apply manifests."""
        made = resources(text)
        self.ran = self.engine.apply({one.key: one for one in made}).ran
        return self

    def remove(self, name: str) -> None:
        """Take a resource away."""
        self.engine.apply({self._key(self.engine.inputs, name): None})

    def get(self, name: str) -> dict[str, Any]:
        """What has become of `Kind/namespace/name`."""
        held = self.engine.outputs[self._key(self.engine.outputs, name)]
        return manifest(held, held.document())

    @property
    def names(self) -> list[str]:
        """All outputs, as `Kind/namespace/name`."""
        return sorted(str(key).partition("/")[2] for key in self.engine.outputs)

    def found(self, family: str = "GAL04") -> list[tuple[str, str, str]]:
        """Code, field and message of everything that transforms report."""
        diagnostics = (one.diagnostic for one in self.engine.findings())
        return [
            (one.code, one.field(), one.message)
            for one in diagnostics
            if one.code.startswith(family)
        ]

    def _key(self, keys: Iterable[Key], name: str) -> Key:
        return next(key for key in keys if str(key).partition("/")[2] == name)


def resources(text: str) -> list[Resource]:
    """The resources in a text of YAML."""
    return [_resource(held) for held in yaml.safe_load_all(text) if held]


def _resource(held: dict[str, Any]) -> Resource:
    metadata = held.pop("metadata")
    api_version, kind = held.pop("apiVersion"), held.pop("kind")
    collection = collection_of(split_api_version(api_version)[0], kind)
    known = Kinds(BUILTIN_KINDS).get(collection)
    namespace = metadata.get("namespace", "default") if known is None or known.namespaced else ""
    return Resource.build(
        Key(collection, namespace, metadata["name"]),
        known.api_version if known else api_version,
        labels=metadata.get("labels"),
        annotations=metadata.get("annotations"),
        body=held,
    )


@pytest.fixture
def new_rig() -> type[Rig]:
    return Rig
