"""The kinds that are known without a schema: their names, and what clients call them.

`tests/data/kinds/collections.tsv` holds every collection of the original Galley, and every type for
which istiod asks over xDS.
"""

import csv
from pathlib import Path

import pytest

from pipeline.model import Kinds
from pipeline.schema import BUILTIN_KINDS

TABLE = Path(__file__).parents[2] / "data" / "kinds" / "collections.tsv"
KINDS = Kinds(BUILTIN_KINDS)


def rows() -> list[dict[str, str]]:
    with TABLE.open() as file:
        return list(csv.DictReader(file, delimiter="\t", restval=""))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["served as"])
def test_every_name_of_a_collection_is_resolved(row: dict[str, str]) -> None:
    names = (row["served as"], row["read from in 1.4"])
    assert {KINDS.resolve(name) for name in names if name} == {row["collection"]}


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["served as"])
def test_every_kind_of_the_original_has_its_scope(row: dict[str, str]) -> None:
    kind = KINDS.get(row["collection"])
    assert kind is not None
    assert kind.namespaced == (row["scope"] == "namespaced")


def test_there_is_one_entry_for_each_kind() -> None:
    assert len(KINDS) == len(BUILTIN_KINDS)
    assert all(kind.plural for kind in BUILTIN_KINDS)


def test_names_with_a_group_are_those_of_one_kind_alone() -> None:
    """Short names may be those of several kinds."""
    for kind in BUILTIN_KINDS:
        names = [kind.collection, f"{kind.group or 'core'}/{kind.version}/{kind.kind}"]
        names += [f"{kind.plural}.{kind.group}"] if kind.group else []
        assert {KINDS.resolve(name) for name in names} == {kind.collection}


@pytest.mark.parametrize(
    ("name", "collection"),
    [
        ("gateway", "networking.istio.io/Gateway"),
        ("httproutes", "gateway.networking.k8s.io/HTTPRoute"),
        ("AuthorizationPolicy", "security.istio.io/AuthorizationPolicy"),
        ("quota", "core/ResourceQuota"),
        ("httproutes.policy.linkerd.io", "policy.linkerd.io/HTTPRoute"),
        ("type.googleapis.com/envoy.config.cluster.v3.Cluster", "envoy.config.cluster/Cluster"),
    ],
)
def test_of_several_kinds_with_a_name_the_usual_one_is_meant(name: str, collection: str) -> None:
    assert KINDS.resolve(name) == collection
