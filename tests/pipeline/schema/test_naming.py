"""Names within bodies are those of their resources."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline import schema
from pipeline.model import Key, Resource
from pipeline.stage import Outcome, Stage


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"cluster_name": "web"}, []),
        ({"clusterName": "web"}, []),
        ({"cluster_name": "shop"}, ['spec.cluster_name is "shop"']),
        ({"cluster_name": "web", "clusterName": "shop"}, ['spec.clusterName is "shop"']),
        ({"cluster_name": 1}, ["spec.cluster_name is 1"]),
        ({}, ["spec.cluster_name is missing"]),
        (None, ["spec.cluster_name is missing"]),
    ],
)
def test_a_name_that_is_another_is_refused(
    spec: Any, found: list[str], run: Callable[[Stage, Resource], Outcome]
) -> None:
    key = Key("envoy.config.endpoint/ClusterLoadAssignment", "", "web")
    endpoints = Resource.build(key, "envoy.config.endpoint/v3", body={"spec": spec})
    reports = run(schema.build([]).stage, endpoints).diagnostics
    assert [each.message.partition(",")[0] for each in reports] == found
    assert all(each.code == "GAL0320" and each.blocking for each in reports)
