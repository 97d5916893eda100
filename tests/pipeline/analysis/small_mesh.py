"""A small mesh, and how to ask what a change of it affects."""

from typing import Any

import yaml

from pipeline.analysis.radius import INQUIRY, Radius, radius
from pipeline.engine import Engine
from pipeline.model import Key
from tests.pipeline.analysis.conftest import Change

ISTIO, K8S, SECURITY = (
    "networking.istio.io/v1",
    "gateway.networking.k8s.io/v1",
    "security.istio.io/v1",
)
REVIEWS = "reviews.shop.svc.cluster.local"
RATINGS = "ratings.shop.svc.cluster.local"


def manifest(api: str, kind: str, name: str, spec: object, place: str = "shop", **meta: Any) -> str:
    metadata = {"name": name, "namespace": place, **meta}
    return yaml.safe_dump({"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec})


def deployment(name: str, place: str = "shop", **labels: str) -> str:
    template = {"metadata": {"labels": {"app": name, **labels}}}
    return manifest("apps/v1", "Deployment", name, {"template": template}, place)


def service(name: str) -> str:
    return manifest("v1", "Service", name, {"selector": {"app": name}})


def route(name: str, *hosts: str, place: str = "shop", **spec: Any) -> str:
    rule = {"route": [{"destination": {"host": "reviews"}}]}
    return manifest(ISTIO, "VirtualService", name, {"hosts": hosts, "http": [rule], **spec}, place)


MESH = "---\n".join(
    [
        deployment("reviews", version="v1"),
        deployment("ratings"),
        deployment("ingress", "edge", istio="ingress"),
        service("reviews"),
        service("ratings"),
        manifest(
            ISTIO,
            "Gateway",
            "public",
            {
                "selector": {"istio": "ingress"},
                "servers": [{"hosts": ["*/Shop.example.com"], "tls": {"credentialName": "shop"}}],
            },
            "edge",
        ),
        route("at-the-edge", "shop.example.com", "www.example.com", gateways=["edge/public"]),
        route(
            "root",
            "api.example.com",
            place="edge",
            gateways=["edge/public", "mesh"],
            exportTo=["."],
            http=[{"delegate": {"name": "part", "namespace": "shop"}}],
        ),
        manifest(
            K8S,
            "Gateway",
            "lake",
            {
                "listeners": [
                    {
                        "name": "https",
                        "hostname": "lake.example.com",
                        "tls": {"certificateRefs": [{"name": "lake"}]},
                    }
                ]
            },
            "edge",
        ),
        manifest(
            "networking.k8s.io/v1",
            "Ingress",
            "old",
            {"rules": [{"host": "old.example.com"}], "tls": [{"secretName": "old"}]},
        ),
        manifest(
            ISTIO,
            "DestinationRule",
            "partner",
            {
                "host": "partner.example.org",
                "exportTo": ["."],
                "trafficPolicy": {"tls": {"mode": "MUTUAL", "credentialName": "partner"}},
            },
            "edge",
        ),
        manifest(
            K8S,
            "HTTPRoute",
            "boats",
            {
                "parentRefs": [{"name": "lake", "namespace": "edge"}],
                "hostnames": ["boats.example.com"],
            },
        ),
    ]
)


def keys(*texts: str) -> frozenset[Key]:
    return frozenset(map(Key.parse, texts))


def names(*texts: str) -> frozenset[str]:
    return frozenset(texts)


PUBLIC = keys("networking.istio.io/Gateway/edge/public")
LAKE = keys("gateway.networking.k8s.io/Gateway/edge/lake")
INGRESS = keys("apps/Deployment/edge/ingress")
OF_REVIEWS = keys("apps/Deployment/shop/reviews")
OF_RATINGS = keys("apps/Deployment/shop/ratings")
ALL = frozenset("*")


def asked(engine: Engine, change: Change) -> Radius:
    """What a change affects, which the engine is given."""
    before = [engine.outputs.get(key) for key in change]
    engine.apply(change)
    after = [engine.outputs.get(key) for key in change]
    found, more = radius(filter(None, (*before, *after)), engine.reader(INQUIRY), 100)
    assert not more
    return found
