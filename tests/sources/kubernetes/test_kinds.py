"""Which kinds are read, of those that a cluster has."""

from typing import Any

from pipeline.model import Kind, Kinds
from sources.kubernetes.kinds import Cluster, choose, served_kinds
from sources.settings import KindEntry


def resource(plural: str, kind: str, scope: str = "Namespaced", *verbs: str) -> dict[str, Any]:
    return {
        "resource": plural,
        "responseKind": {"kind": kind},
        "scope": scope,
        "verbs": list(verbs or ("get", "list", "watch")),
    }


def group(name: str, **versions: list[dict[str, Any]]) -> dict[str, Any]:
    told = [{"version": each, "resources": found} for each, found in versions.items()]
    return {"metadata": {"name": name}, "versions": told}


CLUSTER = served_kinds(
    [
        {"items": [group("", v1=[resource("services", "Service"), resource("pods", "Pod")])]},
        {
            "items": [
                group(
                    "example.com",
                    v2=[resource("things", "Thing")],
                    v1=[resource("things", "Thing"), resource("zones", "Zone", "Cluster")],
                ),
                group("auth.example.com", v1=[resource("reviews", "Review", "Cluster", "create")]),
            ]
        },
    ]
)


def chosen(*entries: KindEntry, kinds: Kinds | None = None, cluster: Cluster = CLUSTER) -> Any:
    return choose(entries, cluster, kinds or Kinds())


def test_a_kind_is_read_at_the_preferred_version() -> None:
    found, missing = chosen(KindEntry(kind="example.com/Thing"))

    assert found["example.com/Thing"].path("a") == "/apis/example.com/v2/namespaces/a/things"
    assert missing == ()


def test_or_at_the_one_of_the_environment() -> None:
    kinds = Kinds([Kind("example.com", "Thing", "v1")])
    found, _ = chosen(KindEntry(kind="example.com/Thing"), kinds=kinds)

    assert found["example.com/Thing"].version == "v1"


def test_or_at_one_that_converts_to_it() -> None:
    kinds = Kinds([Kind("example.com", "Thing", "v3", served=("v2",))])
    found, _ = chosen(KindEntry(kind="example.com/Thing"), kinds=kinds)

    assert found["example.com/Thing"].version == "v2"
    assert found["example.com/Thing"].described(kinds).version == "v3"


def test_a_group_is_every_kind_of_it_that_can_be_watched() -> None:
    found, missing = chosen(KindEntry(group="example.com"), KindEntry(group="auth.example.com"))

    assert set(found) == {"example.com/Thing", "example.com/Zone"}
    assert missing == ()


def test_the_core_group_is_a_group() -> None:
    found, _ = chosen(KindEntry(group="core"))

    assert found["core/Service"].path() == "/api/v1/services"


def test_crds_are_chosen_by_their_names() -> None:
    cluster = Cluster(CLUSTER.served, crds={"app=x": frozenset({"zones.example.com"})})
    found, _ = chosen(KindEntry(crds="app=x"), cluster=cluster)

    assert set(found) == {"example.com/Zone"}


def test_the_first_entry_counts() -> None:
    first = KindEntry(kind="core/Pod", labels="a=b")
    found, _ = chosen(first, KindEntry(group="core"))

    assert (found["core/Pod"].entry, len(found)) == (first, 2)


def test_what_is_asked_for_and_missing_is_told() -> None:
    entries = (
        KindEntry(kind="example.com/Things"),
        KindEntry(kind="example.com/Nothing", optional=True),
        KindEntry(group="nowhere.example.com"),
    )

    assert chosen(*entries) == ({}, ("example.com/Things",))


def test_a_group_that_is_not_fresh_is_known() -> None:
    stale = {"metadata": {"name": "a.io"}, "versions": [{"version": "v1", "freshness": "Stale"}]}

    assert served_kinds([{"items": [stale]}]).stale == {"a.io"}
