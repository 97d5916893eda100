"""The settings of a mesh change what other findings mean."""

from collections.abc import Callable

import yaml

from pipeline.engine import Engine
from tests.pipeline.analysis.conftest import Change

Read = Callable[[str], Change]
MakeEngine = Callable[..., Engine]

POLICY = """
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: %s}
spec: {mtls: {mode: STRICT}}
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, name: http}]}
"""
RULE = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec: {host: web, trafficPolicy: {tls: {mode: DISABLE}}}
"""
ROUTE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: %s}
spec: {hosts: [api.example.com], %s http: [{route: [{destination: {host: api.example.com}}]}]}
"""
ENTRY = """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: api, namespace: %s}
spec: {hosts: [api.example.com], ports: [{number: 443, name: port, protocol: %s}]}
"""


def mesh(name: str = "istio", namespace: str = "istio-system", **said: object) -> str:
    described = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": {"mesh": yaml.safe_dump(said)},
    }
    return yaml.safe_dump(described)


def codes(engine: Engine) -> set[str]:
    return {each.diagnostic.code for each in engine.findings()}


def test_policies_of_the_root_namespace_hold_everywhere(
    engine_of: MakeEngine, resources: Read
) -> None:
    engine = engine_of()
    for text in (SERVICE, RULE, POLICY % "mesh-root"):
        engine.apply(resources(text))
    assert "GAL1504" not in codes(engine)
    engine.apply(resources(mesh("somebody-elses", rootNamespace="mesh-root")))
    assert "GAL1504" not in codes(engine)
    engine.apply(resources(mesh(rootNamespace="mesh-root")))
    assert "GAL1504" in codes(engine)
    engine.apply(resources(mesh()))
    assert "GAL1504" not in codes(engine)


def test_the_root_is_where_the_settings_are_unless_they_say_otherwise(
    engine_of: MakeEngine, resources: Read
) -> None:
    engine = engine_of()
    for text in (SERVICE, RULE, POLICY % "mesh-root", mesh(namespace="mesh-root")):
        engine.apply(resources(text))
    assert "GAL1504" in codes(engine)


def test_the_revision_without_a_name_comes_first(engine_of: MakeEngine, resources: Read) -> None:
    engine = engine_of()
    for text in (
        SERVICE,
        RULE,
        POLICY % "mesh-root",
        mesh("istio-canary", rootNamespace="mesh-root"),
    ):
        engine.apply(resources(text))
    assert "GAL1504" in codes(engine)
    engine.apply(resources(mesh(rootNamespace="other")))
    assert "GAL1504" not in codes(engine)


def test_what_the_mesh_exports_by_default_meets_nobody_elsewhere(
    engine_of: MakeEngine, resources: Read
) -> None:
    engine = engine_of()
    for text in (ROUTE % ("a", ""), ROUTE % ("b", ""), ENTRY % ("a", "TLS"), ENTRY % ("b", "HTTP")):
        engine.apply(resources(text))
    assert {"GAL1401", "GAL1412"} <= codes(engine)
    engine.apply(resources(mesh(defaultVirtualServiceExportTo=["."], defaultServiceExportTo=["."])))
    assert codes(engine).isdisjoint({"GAL1401", "GAL1412"})
    engine.apply(resources(ROUTE % ("b", "exportTo: [a],")))
    assert "GAL1401" in codes(engine)
    engine.apply(resources(mesh(defaultVirtualServiceExportTo=["*"])))
    assert {"GAL1401", "GAL1412"} <= codes(engine)


def test_a_mesh_that_cannot_be_read_is_one_of_defaults(
    engine_of: MakeEngine, resources: Read
) -> None:
    deep = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio}\ndata: {mesh: '%s'}"
    engine = engine_of()
    for text in ("[" * 30_000, "a: [", "- a"):
        engine.apply(resources(deep % text))
        assert codes(engine) == {"GAL1510"}
    engine.apply(resources(deep % ""))
    assert codes(engine) == set()
