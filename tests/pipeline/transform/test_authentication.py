"""Old authentication policies: served as they were, or carried over whole, or refused."""

from typing import Any

import pytest
import yaml

from tests.pipeline.transform.conftest import Rig

SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports:
  - {name: http, port: 80, targetPort: 8080}
  - {name: plain, port: 81}
  - {name: named, port: 82, targetPort: web}
  - {port: 83}
---
apiVersion: v1
kind: Service
metadata: {name: outside, namespace: shop}
spec: {type: ExternalName, externalName: a.b}
"""
SELECTOR = {"selector": {"matchLabels": {"app": "web"}}}
WEB = {"targets": [{"name": "web"}]}
JWT = {"issuer": "me", "jwksUri": "https://a.b/keys"}
TOKENS = {
    "jwtRules": [{"issuer": "me", "jwksUri": "https://a.b/keys", "forwardOriginalToken": True}]
}
NO_TOKEN = {"from": [{"source": {"notRequestPrincipals": ["*"]}}]}


def policy(spec: Any, kind: str = "Policy", name: str = "default") -> str:
    metadata = {"name": name, "namespace": "shop", "labels": {"team": "web"}}
    head = {"apiVersion": "authentication.istio.io/v1alpha1", "kind": kind, "metadata": metadata}
    return yaml.safe_dump({**head, "spec": spec}) + "---" + SERVICE


def carried_over(spec: Any, kind: str = "Policy", name: str = "default") -> dict[str, Any]:
    """What a policy becomes, by kind and name, without what it is about."""
    rig = Rig({"type": "authentication"}).put(policy(spec, kind, name))
    assert [found[0] for found in rig.found()] == ["GAL0467"]
    assert rig.found("GAL10") == []
    names = [each for each in rig.names if "Service/" not in each]
    return {each: rig.get(each)["spec"] for each in names}


@pytest.mark.parametrize(
    ("spec", "mode"),
    [
        (None, "PERMISSIVE"),
        ({}, "PERMISSIVE"),
        ({"peers": [{"mtls": None}]}, "STRICT"),
        ({"peers": [{"mtls": {}}]}, "STRICT"),
        ({"peers": [{"mtls": {"mode": "STRICT"}}]}, "STRICT"),
        ({"peers": [{"mtls": {"mode": "PERMISSIVE"}}]}, "PERMISSIVE"),
        ({"peers": [{"mtls": {}}], "peerIsOptional": True}, "PERMISSIVE"),
        ({"peers": [{"mtls": {}}], "peer_is_optional": True}, "PERMISSIVE"),
    ],
)
def test_peers_become_a_mode(spec: Any, mode: str) -> None:
    made = {"PeerAuthentication/shop/default": {"mtls": {"mode": mode}}}
    assert carried_over(spec) == made


def test_a_policy_of_the_mesh_lives_in_the_root_namespace() -> None:
    made = carried_over({"peers": [{"mtls": {}}]}, kind="MeshPolicy")
    assert made == {"PeerAuthentication/istio-system/default": {"mtls": {"mode": "STRICT"}}}


def test_a_service_becomes_the_labels_that_it_selects() -> None:
    made = carried_over({**WEB, "peers": [{"mtls": {}}]}, name="strict")
    assert made == {"PeerAuthentication/shop/strict-web": {**SELECTOR, "mtls": {"mode": "STRICT"}}}


def test_ports_of_a_service_become_those_of_its_workloads() -> None:
    ports = {"targets": [{"name": "web", "ports": [{"number": 80}, {"name": "plain"}]}]}
    made = carried_over({**ports, "peers": [{"mtls": {}}], "origins": [{"jwt": JWT}]}, name="a")
    strict = {"mode": "STRICT"}
    assert made == {
        "PeerAuthentication/shop/a-web": {
            **SELECTOR,
            "portLevelMtls": {"8080": strict, "81": strict},
        },
        "RequestAuthentication/shop/a-web": {**SELECTOR, **TOKENS},
        "AuthorizationPolicy/shop/a-web": {
            **SELECTOR,
            "action": "DENY",
            "rules": [{**NO_TOKEN, "to": [{"operation": {"ports": ["8080", "81"]}}]}],
        },
    }


def test_a_token_is_a_duty_unless_it_is_optional() -> None:
    made = carried_over({"origins": [{"jwt": JWT}]})
    assert made["AuthorizationPolicy/shop/default"] == {"action": "DENY", "rules": [NO_TOKEN]}
    assert made["RequestAuthentication/shop/default"] == TOKENS
    optional = carried_over({"origins": [{"jwt": JWT}], "originIsOptional": True})
    assert "AuthorizationPolicy/shop/default" not in optional


def test_all_of_a_token_is_carried_over_in_both_spellings() -> None:
    jwt = {
        "issuer": "me",
        "audiences": ["a"],
        "jwks_uri": "https://a.b/keys",
        "jwt_headers": ["x-token", "ingress-authorization"],
        "jwtParams": ["token"],
    }
    made = carried_over({"origins": [{"jwt": jwt}]})
    assert made["RequestAuthentication/shop/default"]["jwtRules"] == [
        {
            "issuer": "me",
            "audiences": ["a"],
            "jwksUri": "https://a.b/keys",
            "fromHeaders": [
                {"name": "x-token"},
                {"name": "ingress-authorization", "prefix": "istio"},
            ],
            "fromParams": ["token"],
            "forwardOriginalToken": True,
        }
    ]


def test_trigger_rules_become_the_paths_of_the_duty() -> None:
    rules = [
        {"includedPaths": [{"prefix": "/a/"}], "excludedPaths": [{"exact": "/a/b"}]},
        {"includedPaths": [{"suffix": ".txt"}]},
    ]
    made = carried_over({"origins": [{"jwt": {**JWT, "triggerRules": rules}}]})
    assert made["AuthorizationPolicy/shop/default"]["rules"] == [
        {**NO_TOKEN, "to": [{"operation": {"paths": ["/a/*"], "notPaths": ["/a/b"]}}]},
        {**NO_TOKEN, "to": [{"operation": {"paths": ["*.txt"]}}]},
    ]


@pytest.mark.parametrize(
    ("spec", "code", "field", "says"),
    [
        ({"targets": [{"name": "none"}]}, "GAL0465", "spec.targets[0]", "does not exist"),
        ({"targets": [{"name": "outside"}]}, "GAL0465", "spec.targets[0]", "selects no workloads"),
        (
            {"targets": [{"name": "web", "ports": [{"number": 1}]}]},
            "GAL0465",
            "spec.targets[0].ports[0]",
            "no port 1",
        ),
        (
            {"targets": [{"name": "web", "ports": [{"name": "named"}]}]},
            "GAL0465",
            "spec.targets[0].ports[0]",
            "leads to the port web, of which no number is known",
        ),
        (
            {"targets": [{"name": "web", "ports": [{}]}]},
            "GAL0465",
            "spec.targets[0].ports[0]",
            "of which port is not said",
        ),
        ({"targets": [{}]}, "GAL0466", "spec.targets[0]", "names no service"),
        ({"targets": "web"}, "GAL0466", "spec.targets", "no list of maps"),
        (
            {"targets": [{"name": "web"}, {"name": "web"}]},
            "GAL0466",
            "spec.targets[1]",
            "named twice",
        ),
        (
            {"targets": [{"name": "web", "labels": {"a": "b"}}]},
            "GAL0466",
            "spec.targets[0].labels",
            "never read",
        ),
        ({"peers": [{"jwt": {}}]}, "GAL0466", "spec.peers[0].jwt", "only be authenticated by mTLS"),
        ({"peers": [{"mtls": {"mode": "X"}}]}, "GAL0466", "spec.peers[0].mtls.mode", "no mode"),
        ({"peers": [{"mtls": 1}]}, "GAL0466", "spec.peers[0].mtls", "no map"),
        (
            {"peers": [{"mtls": {"allowTls": True}}]},
            "GAL0466",
            "spec.peers[0].mtls.allowTls",
            "certificates of clients",
        ),
        ({"origins": [{}]}, "GAL0466", "spec.origins[0]", "authenticated by a token"),
        (
            {
                "origins": [
                    {"jwt": {**JWT, "triggerRules": [{"excludedPaths": [{"regex": "a"}]}]}}
                ]
            },
            "GAL0466",
            "spec.origins[0].jwt.triggerRules[0].excludedPaths[0].regex",
            "in full",
        ),
        (
            {"origins": [{"jwt": {**JWT, "triggerRules": [{}]}}, {"jwt": JWT}]},
            "GAL0466",
            "spec.origins[0].jwt.triggerRules",
            "several issuers",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_said_today_is_an_error_and_nothing_is_derived(
    spec: Any, code: str, field: str, says: str
) -> None:
    rig = Rig({"type": "authentication"}).put(policy(spec))
    ((found, where, message),) = rig.found()
    assert (found, where) == (code, field)
    assert says in message
    assert rig.names == ["Policy/shop/default", "Service/shop/outside", "Service/shop/web"]


def test_a_policy_of_the_mesh_has_no_targets() -> None:
    rig = Rig({"type": "authentication"}).put(policy(WEB, kind="MeshPolicy"))
    assert [found[:2] for found in rig.found()] == [("GAL0466", "spec.targets")]


def test_a_policy_follows_its_service(new_rig: type[Rig]) -> None:
    rig = new_rig({"type": "authentication", "name": "old"}).put(policy(WEB, name="a"))
    rig.put(SERVICE.replace("app: web", "app: other"))
    spec = rig.get("PeerAuthentication/shop/a-web")["spec"]
    assert spec["selector"] == {"matchLabels": {"app": "other"}}
    assert rig.ran["transform/old"] == 1
    rig.remove("Service/shop/web")
    assert [found[0] for found in rig.found()] == ["GAL0465"]


def test_what_is_derived_names_its_parent(new_rig: type[Rig]) -> None:
    rig = new_rig({"type": "authentication", "keep": True}).put(policy({}))
    (derived,) = (key for key in rig.engine.outputs if "PeerAuth" in key.collection)
    assert [str(key) for key in rig.engine.parents(derived)] == [
        "authentication.istio.io/Policy/shop/default"
    ]
    assert "Policy/shop/default" in rig.names


@pytest.mark.parametrize(
    ("peers", "becomes"),
    [
        ([{"mtls": None}], [{"mtls": {}}]),
        ([{"mtls": {"mode": "PERMISSIVE"}}], [{"mtls": {"mode": "PERMISSIVE"}}]),
        ([{}, 1, {"jwt": None}], [{}, 1, {"jwt": None}]),
        ("text", "text"),
        (None, None),
    ],
)
def test_the_original_serves_policies_with_a_map_for_mtls(
    new_rig: type[Rig], peers: Any, becomes: Any
) -> None:
    rig = new_rig({"type": "authentication", "into": "original"}).put(policy({"peers": peers}))
    assert rig.get("Policy/shop/default")["spec"] == {"peers": becomes}
    assert rig.found() == []
