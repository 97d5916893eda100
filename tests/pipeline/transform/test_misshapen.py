"""Transforms with resources that nobody would write: a finding or a result, and never a defect."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import Key, Resource
from tests.pipeline.transform.conftest import Rig
from tests.pipeline.transform.test_incremental import TRANSFORMS

FIELDS = {
    "core/Service": "type selector ports port name targetPort sessionAffinity externalIPs",
    "core/ConfigMap": "data TIER PORT",
    "networking.istio.io/VirtualService": "hosts gateways http route retries exportTo",
    "networking.istio.io/DestinationRule": "trafficPolicy subsets tls mode workloadSelector",
    "networking.istio.io/Gateway": "servers tls mode",
    "authentication.istio.io/Policy": "targets peers origins mtls jwt name ports number labels"
    " triggerRules includedPaths exact jwtHeaders mode",
}
leaves = st.none() | st.booleans() | st.integers(0, 90) | st.floats(0, 1)
texts = st.sampled_from(["a", "web", "${TIER}", "${PORT:-1}", "${", "$$", "ClientIP", "STRICT", ""])


def specs(names: list[str]) -> st.SearchStrategy[Any]:
    """Mostly maps with fields that are read."""
    inner = values(st.sampled_from(names))
    return inner | st.fixed_dictionaries({}, optional=dict.fromkeys(names, inner))


def values(names: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
        max_leaves=12,
    )


def policy(name: str, /, **target: Any) -> Resource:
    key = Key("authentication.istio.io/Policy", "default", name)
    body = {"spec": {"targets": [target], "peers": [{"mtls": {}}]}}
    return Resource.build(key, "authentication.istio.io/v1alpha1", body=body)


@pytest.mark.parametrize("collection", FIELDS)
@settings(max_examples=30)
@given(data=st.data())
def test_odd_values_are_no_defect(collection: str, data: st.DataObject) -> None:
    fields = specs(FIELDS[collection].split())
    held = {"spec": data.draw(fields), "data": data.draw(fields)}
    named = Resource.build(Key(collection, "default", "y"), "v1", body=held)
    odd = Resource.build(Key("core/Service", "default", "a"), "v1", body=held)
    policies = (policy("p", name="a"), policy("q", name="a", ports=[{"number": 80}]))
    rig = Rig(*TRANSFORMS)
    evaluation = rig.engine.apply({one.key: one for one in (named, odd, *policies)})
    defects = [one for one in evaluation.defects if one.stage.startswith("transform/")]
    assert [one.detail for one in defects] == []
