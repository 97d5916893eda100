"""A small cluster, and the entry that an engine makes of it."""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import pytest

from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Document, Key, Resource

ENTRY = Key("networking.istio.io/SyntheticServiceEntry", "shop", "cart")

Make: TypeAlias = Callable[..., Resource]


class Mesh:
    """An engine with the transform."""

    def __init__(self, **settings: Any) -> None:
        transforms = ({"type": "service-entries", **settings},)
        self.engine = Engine(Environment.build(EnvironmentSpec(transforms=transforms)))

    def apply(self, *resources: Resource) -> "Mesh":
        evaluation = self.engine.apply({each.key: each for each in resources})
        assert evaluation.defects == ()
        return self

    def remove(self, *resources: Resource) -> "Mesh":
        self.engine.apply({each.key: None for each in resources})
        return self

    @property
    def entry(self) -> Document:
        return self.engine.outputs[ENTRY].document()

    @property
    def spec(self) -> dict[str, Any]:
        return dict(self.entry.body["spec"])

    @property
    def addresses(self) -> list[str]:
        """Where traffic goes."""
        return [each["address"] for each in self.spec.get("endpoints", ())]

    @property
    def waiting(self) -> str:
        return self.entry.annotations.get("networking.alpha.istio.io/notReadyEndpoints", "")

    @property
    def versions(self) -> tuple[str, str]:
        """Of the Service, and of its endpoints."""
        names = ("serviceVersion", "endpointsVersion")
        service, endpoints = (
            self.entry.annotations[f"networking.alpha.istio.io/{name}"] for name in names
        )
        return service, endpoints

    @property
    def codes(self) -> list[str]:
        """Of what is said about entries."""
        found = (one.diagnostic.code for one in self.engine.findings())
        return sorted({code for code in found if code.startswith("GAL044")})


@pytest.fixture
def mesh() -> Callable[..., Mesh]:
    return Mesh


@pytest.fixture
def service() -> Make:
    """The Service `cart`, with other fields of its spec as they are given."""

    def make(
        labels: dict[str, str] | None = None,
        annotations: dict[str, str] | None = None,
        **spec: Any,
    ) -> Resource:
        usual = {
            "clusterIP": "10.96.0.7",
            "selector": {"app": "cart"},
            "ports": [{"name": "http", "port": 80}],
        }
        key = Key("core/Service", "shop", "cart")
        held = {name: item for name, item in {**usual, **spec}.items() if item is not None}
        return Resource.build(
            key, "v1", labels=labels, annotations=annotations, body={"spec": held}
        )

    return make


@pytest.fixture
def endpoint() -> Callable[..., dict[str, Any]]:
    """An element of a slice; `pod` names its Pod."""

    def make(address: str, pod: str = "", node: str = "", **conditions: bool) -> dict[str, Any]:
        made: dict[str, Any] = {"addresses": [address], "conditions": conditions}
        if pod:
            made["targetRef"] = {"kind": "Pod", "namespace": "shop", "name": pod}
        return {**made, **({"nodeName": node} if node else {})}

    return make


@pytest.fixture
def slice_of() -> Make:
    """A slice of `cart`."""

    def make(
        *endpoints: dict[str, Any],
        name: str = "cart-1",
        family: str = "IPv4",
        ports: Iterable[dict[str, Any]] = ({"name": "http", "port": 8080},),
    ) -> Resource:
        body = {"addressType": family, "endpoints": list(endpoints), "ports": list(ports)}
        return Resource.build(
            Key("discovery.k8s.io/EndpointSlice", "shop", name),
            "discovery.k8s.io/v1",
            labels={"kubernetes.io/service-name": "cart"},
            body=body,
        )

    return make


@pytest.fixture
def pod() -> Make:
    """A Pod that runs, with other fields of its spec or status as they are given."""

    def make(
        name: str,
        address: str = "",
        *,
        account: str = "cart",
        phase: str = "Running",
        labels: dict[str, str] | None = None,
        **spec: Any,
    ) -> Resource:
        status = {"phase": phase, "podIP": address, "podIPs": [{"ip": address}]}
        return Resource.build(
            Key("core/Pod", "shop", name),
            "v1",
            labels={"app": "cart"} if labels is None else labels,
            body={"spec": {"serviceAccountName": account, **spec}, "status": status},
        )

    return make


@pytest.fixture
def node() -> Make:
    def make(name: str, **labels: str) -> Resource:
        return Resource.build(Key("core/Node", "", name), "v1", labels=labels, body={"spec": {}})

    return make
