"""Odd values at any place of any resource upset neither the stage nor the entries of others."""

from typing import Any

from pipeline.model import Key
from tests.pipeline.analysis.test_misshapen import ODD, places, with_odd

ENTRY = Key("networking.istio.io/SyntheticServiceEntry", "shop", "cart")


def test_what_is_misshapen_is_passed_over_or_said(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any, node: Any
) -> None:
    """Every field, one after the other, among all the others."""
    listed = slice_of(endpoint("10.0.0.1", "a", "n1", ready=True, serving=True, terminating=False))
    given = service(
        clusterIPs=["10.96.0.7"],
        type="ExternalName",
        externalName="cart.example.net",
        ports=[{"name": "http", "port": 80, "protocol": "TCP", "appProtocol": "http"}],
    )
    everything = (given, listed, pod("a", "10.0.0.1", nodeName="n1", hostNetwork=False), node("n1"))
    for type_ in ("ExternalName", "ClusterIP"):
        resources = (with_odd(given, ("spec", "type"), type_), *everything[1:])
        engine = mesh().apply(*resources).engine
        entry = engine.outputs[ENTRY]
        for resource in resources:
            for path in places(resource.document().body):
                for odd in (*ODD, True, 1.5, ""):
                    changed = with_odd(resource, path, odd)
                    assert not engine.apply({resource.key: changed}).defects, (path, odd)
                    assert not any(one.diagnostic.blocking for one in engine.findings())
            engine.apply({resource.key: resource})
            assert engine.outputs[ENTRY] == entry
