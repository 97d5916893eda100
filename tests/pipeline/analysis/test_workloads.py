"""What is not known is held against nobody: pods, namespaces and kinds may be elsewhere."""

from collections.abc import Callable

from pipeline.engine import Engine
from pipeline.model import Level
from tests.pipeline.analysis.conftest import Change

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {metadata: {labels: {app: web}}}}
"""
POLICY = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web, version: v1}}
  rules: [{from: [{source: {namespaces: [front]}}]}]
"""
POD = """
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web, version: v1}}
spec: {containers: [{name: app, image: app}]}
"""
SIDECARS = """
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: a, namespace: shop}
spec: {workloadSelector: {labels: {app: web}}}
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: b, namespace: shop}
spec: {workloadSelector: {labels: {%s}}}
"""

CLAIMS = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: [web.example.com]
  gateways: [public]
  http:
    - match: [{headers: {"@request.auth.claims.group": {exact: a}}}]
      route: [{destination: {host: web}}]
"""
WAYPOINT = """
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: waypoint, namespace: other}
spec: {targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: waypoint}]}
"""

Read = Callable[[str], Change]
MakeEngine = Callable[..., Engine]


def levels(engine: Engine) -> dict[str, Level]:
    return {each.diagnostic.code: each.diagnostic.level for each in engine.findings()}


def test_a_pod_that_comes_is_what_a_policy_was_waiting_for(
    engine_of: MakeEngine, resources: Read
) -> None:
    """What nobody writes down may be made by an operator, so until pods are held it is a remark."""
    engine = engine_of()
    engine.apply({**resources(DEPLOYMENT), **resources(POLICY)})
    assert levels(engine) == {"GAL1601": Level.INFO}
    engine.apply(resources(POD))
    assert levels(engine) == {}
    engine.apply(dict.fromkeys(resources(POD)))
    assert levels(engine) == {"GAL1601": Level.INFO}
    engine.apply(resources(POD.replace("version: v1", "version: v2")))
    assert levels(engine) == {"GAL1601": Level.WARNING}


def test_a_subset_of_what_is_only_described_is_a_remark(
    engine_of: MakeEngine, resources: Read
) -> None:
    rule = (
        "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: web},"
        " spec: {host: web, subsets: [{name: v2, labels: {version: v2}}]}}"
    )
    service = "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}}}"
    engine = engine_of()
    engine.apply({**resources(DEPLOYMENT), **resources(service), **resources(rule)})
    assert levels(engine) == {"GAL1604": Level.INFO}
    engine.apply(resources(POD))
    assert levels(engine) == {"GAL1604": Level.WARNING}


def test_what_another_source_may_hold_is_a_remark(engine_of: MakeEngine, resources: Read) -> None:
    engine = engine_of(complete=False)
    engine.apply({**resources(DEPLOYMENT), **resources(POLICY)})
    assert levels(engine) == {"GAL1601": Level.INFO}


def test_namespaces_are_unknown_only_where_some_are_known(
    engine_of: MakeEngine, resources: Read
) -> None:
    engine = engine_of()
    engine.apply(resources(POLICY))
    assert levels(engine) == {}
    engine.apply(resources("{apiVersion: v1, kind: Namespace, metadata: {name: a, namespace: ''}}"))
    assert levels(engine) == {"GAL1501": Level.WARNING}


def test_what_pods_happen_to_be_there_keeps_nothing_back(
    engine_of: MakeEngine, resources: Read
) -> None:
    engine = engine_of()
    engine.apply(resources(SIDECARS % "app: web"))
    assert levels(engine) == {"GAL1607": Level.ERROR}
    engine.apply({**resources(SIDECARS % "version: v1"), **resources(POD)})
    assert levels(engine)["GAL1607"] == Level.WARNING


def test_hosts_are_unknown_only_where_some_are_known(
    engine_of: MakeEngine, resources: Read
) -> None:
    engine = engine_of()
    egress = "{egress: [{hosts: ['*/web.front.svc.cluster.local']}]}"
    head = "{apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {name: a}, spec: %s}"
    engine.apply(resources(head % egress))
    assert levels(engine) == {}
    engine.apply(resources("{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {}}"))
    assert levels(engine) == {"GAL1608": Level.WARNING}


def test_a_waypoint_may_verify_tokens_for_anybody(engine_of: MakeEngine, resources: Read) -> None:
    engine = engine_of()
    engine.apply(resources(CLAIMS))
    assert levels(engine) == {"GAL1508": Level.WARNING}
    engine.apply(resources(WAYPOINT))
    assert levels(engine) == {}


def test_it_takes_running_pods_to_say_that_nothing_is_selected_anywhere(
    engine_of: MakeEngine, resources: Read
) -> None:
    engine = engine_of()
    gateway = (
        "{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: public},"
        " spec: {selector: {istio: ingressgateway}, servers: []}}"
    )
    engine.apply({**resources(DEPLOYMENT), **resources(gateway)})
    assert levels(engine) == {}
    engine.apply(resources(POD))
    assert levels(engine) == {"GAL1602": Level.WARNING}


def test_an_annotation_that_is_nearly_right_is_more_than_a_remark(
    engine_of: MakeEngine, resources: Read
) -> None:
    engine = engine_of()
    service = "{apiVersion: v1, kind: Service, metadata: {name: a, annotations: {%s: a}}, spec: {}}"
    engine.apply(resources(service % "networking.istio.io/exprtTo"))
    assert levels(engine) == {"GAL1618": Level.WARNING}
    engine.apply(resources(service % "networking.istio.io/of-tomorrow"))
    assert levels(engine) == {"GAL1618": Level.INFO}
