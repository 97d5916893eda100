"""A mesh of Ingresses as people write them, transformed by the environment that users get."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Diagnostic, Key, Kinds, Resource
from pipeline.model.conversion import as_stored
from pipeline.schema import BUILTIN_KINDS

Change = dict[Key, Resource | None]

KINDS = Kinds(BUILTIN_KINDS)


def read(text: str) -> Iterator[Resource]:
    for document in yaml.safe_load_all(text):
        api_version, meta = document["apiVersion"], document["metadata"]
        kind = KINDS.stored(api_version, document["kind"])
        assert kind
        namespace = meta.get("namespace", "shop") if kind.namespaced else ""
        body = {k: v for k, v in document.items() if k not in ("apiVersion", "kind", "metadata")}
        yield Resource.build(
            Key(kind.collection, namespace, meta["name"]),
            kind.api_version,
            annotations=meta.get("annotations"),
            body=as_stored(body, meta["name"], kind.conversion(api_version), kind.named_by),
        )


class Mesh:
    """An engine with the transform, and short ways to say what there is and to see what comes."""

    def __init__(self, **settings: Any) -> None:
        transform = {"type": "ingress", "name": "ingress", **settings}
        spec = EnvironmentSpec(unknown_kinds="accept", transforms=(transform,))
        self.engine = Engine(Environment.build(spec))

    def put(self, text: str) -> Any:
        return self.engine.apply({one.key: one for one in read(text)})

    def ingress(self, name: str, spec: Any, *, namespace: str = "shop", **metadata: Any) -> Any:
        document = {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": name, "namespace": namespace, **metadata},
            "spec": {"ingressClassName": "istio", **spec},
        }
        return self.put(yaml.safe_dump(document))

    def take_out(self, name: str, namespace: str = "shop") -> Any:
        return self.engine.apply({Key("networking.k8s.io/Ingress", namespace, name): None})

    def made(self, kind: str) -> dict[str, Any]:
        """The specs of what was made, by name."""
        return {
            key.name: resource.document().body["spec"]
            for key, resource in self.engine.outputs.items()
            if key.collection == f"networking.istio.io/{kind}"
        }

    def routes(self, name: str) -> list[tuple[list[str], str]]:
        """What each route of a VirtualService matches, and its first destination."""
        return [
            (
                [f"{form} {path}" for each in route.get("match", ()) for form, path in _uri(each)],
                "{host}:{port[number]}".format(**route["route"][0]["destination"]),
            )
            for route in self.made("VirtualService")[name]["http"]
        ]

    def found(self) -> list[Diagnostic]:
        return [finding.diagnostic for finding in self.engine.findings()]

    def codes(self) -> list[tuple[str, str]]:
        return [(found.code, found.field()) for found in self.found()]


def _uri(match: Any) -> Any:
    return match["uri"].items()


def backend(service: str = "web", port: int | str = 80) -> dict[str, Any]:
    name = "number" if isinstance(port, int) else "name"
    return {"service": {"name": service, "port": {name: port}}}


def rule(host: str = "", *paths: str, **options: Any) -> dict[str, Any]:
    """`Exact /foo`, `Prefix /bar`: all to one backend."""
    held = {"host": host} if host else {}
    split = (path.partition(" ") for path in paths)
    listed = [
        {"pathType": kind, "path": path, "backend": backend(**options)} for kind, _, path in split
    ]
    return {**held, "http": {"paths": listed}}


SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{name: http, port: 80}, {name: admin, port: 9000, appProtocol: http}]}
"""


@pytest.fixture(scope="session")
def mesh_of() -> Callable[..., Mesh]:
    """A mesh with one Service, `shop/web`; keyword arguments are settings of the transform."""

    def make(**settings: Any) -> Mesh:
        mesh = Mesh(**settings)
        mesh.put(SERVICE)
        return mesh

    return make


@pytest.fixture
def mesh(mesh_of: Callable[..., Mesh]) -> Mesh:
    return mesh_of()


@pytest.fixture
def say() -> Any:
    """The vocabulary of these tests, as attributes."""

    class Words:
        backend = staticmethod(backend)
        rule = staticmethod(rule)
        read = staticmethod(read)

    return Words
