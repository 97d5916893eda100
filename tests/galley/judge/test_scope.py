"""Which writes concern a source, whatever the webhook in the cluster asks about."""

from typing import Any

import pytest

from galley.judge.review import Review
from galley.judge.scope import Scope
from pipeline.model import Kind, Kinds
from sources.settings import AdmissionSettings, KubernetesSettings

GROUP = "example.com"
KINDS = Kinds([Kind("", "Pod", "v1", "pods", observed=True)])


def concerns(
    admission: dict[str, Any] | None = None,
    /,
    *,
    review: dict[str, Any] | None = None,
    **given: Any,
) -> bool:
    """Whether a source with these settings is concerned with the creation of a Thing, or with
    what else the review says."""
    asks = AdmissionSettings(**{"url": "https://a", **(admission or {})})
    settings = KubernetesSettings(
        name="a", type="kubernetes", admission=asks, **{"kinds": [f"{GROUP}/Thing"], **given}
    )
    made = {"metadata": {"name": "t", "namespace": "team", "labels": {"app": "web"}}}
    said = {
        "uid": "1",
        "operation": "CREATE",
        "dry_run": False,
        "group": GROUP,
        "version": "v1",
        "kind": "Thing",
        "plural": "things",
        "subresource": "",
        "namespace": "team",
        "converted": False,
        "object": made,
        "old": None,
    }
    return Scope(settings, asks, KINDS).entry(Review(**{**said, **(review or {})})) is not None


def test_what_the_source_reads() -> None:
    assert concerns()
    assert concerns(kinds=[f"{GROUP}/*"])
    assert concerns(kinds=[{"crds": "a=b"}])
    assert not concerns(kinds=[f"{GROUP}/Other"])
    assert not concerns(kinds=["other.com/*"])


def test_creations_and_updates_only() -> None:
    assert concerns(review={"operation": "UPDATE"})
    assert not concerns(review={"operation": "DELETE"})
    assert not concerns(review={"operation": "CONNECT"})
    assert not concerns(review={"subresource": "status"})


def test_nothing_that_is_being_deleted() -> None:
    going = {"metadata": {"name": "t", "deletionTimestamp": "2026-01-01T00:00:00Z"}}

    assert not concerns(review={"operation": "UPDATE", "object": going})


@pytest.mark.parametrize("name", ["kube-system", "kube-public", "kube-node-lease", "own", "spared"])
def test_never_where_the_cluster_lives(name: str) -> None:
    admission = {"service": "own/galley", "url": "", "spare": ["spared"]}

    assert not concerns(admission, review={"namespace": name})
    space = {"group": "", "kind": "Namespace", "object": {"metadata": {"name": name}}}
    assert not concerns(admission, kinds=["core/Namespace"], review={**space, "namespace": name})
    assert concerns(admission)


def test_the_kinds_and_namespaces_that_are_asked_about() -> None:
    assert concerns({"kinds": [f"{GROUP}/Thing"]})
    assert concerns({"kinds": [f"{GROUP}/*"]})
    assert not concerns({"kinds": [f"{GROUP}/Other"]})
    assert concerns({"namespaces": ["team"]})
    assert not concerns({"namespaces": ["other"]})
    assert not concerns(namespaces=["other"])


def test_facts_about_the_world_are_no_configuration() -> None:
    assert not concerns(kinds=["core/Pod"], review={"group": "", "kind": "Pod"})


def test_labels_and_fields_select() -> None:
    assert concerns(labels="app=web")
    assert not concerns(labels="app!=web")
    assert concerns(kinds=[{"kind": f"{GROUP}/Thing", "labels": "app in (web, api)"}])
    assert not concerns(kinds=[{"kind": f"{GROUP}/Thing", "labels": "!app"}])
    assert concerns(kinds=[{"kind": f"{GROUP}/Thing", "fields": "metadata.name=t"}])
    assert not concerns(kinds=[{"kind": f"{GROUP}/Thing", "fields": "metadata.name!=t"}])


def test_where_it_is_not_known_which_entry_counts_all_have_to_select() -> None:
    """Whether the kind's CRD has the labels is known where the cluster is reached."""
    labelled, named = {"crds": "a=b"}, {"kind": f"{GROUP}/Thing", "labels": "app=api"}

    assert not concerns(kinds=[labelled, named])
    assert not concerns(kinds=[named, labelled])
    assert concerns(kinds=[labelled, {**named, "labels": "app=web"}])


def test_an_object_that_leaves_the_selection_is_deleted_for_the_channel() -> None:
    old = {"metadata": {"name": "t", "labels": {"app": "api"}}}

    assert not concerns(labels="app=api", review={"operation": "UPDATE", "old": old})
    assert concerns(labels="app=web", review={"operation": "UPDATE", "old": old})
