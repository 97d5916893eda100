"""Tables and sentences on a pipe: aligned, plain, safe for a terminal."""

from typing import Any

import pytest

from galley.cli import words
from galley.protocol.control import Method
from galley.times import ago, duration


def page(*names: str, **facts: Any) -> dict[str, Any]:
    resources = [
        {
            "collection": "networking.istio.io/VirtualService",
            "namespace": "prod",
            "name": name,
            "api_version": "networking.istio.io/v1",
            "digest": "ab" * 32,
            "version": 3,
            "source": "team",
            "file": "routes.yaml",
            "line": 3,
            "manifest": {"kind": "VirtualService", "metadata": {"name": name}},
            **facts,
        }
        for name in names
    ]
    return {"channel": "default", "version": 3, "digest": "", "resources": resources, "next": ""}


def test_a_table_is_aligned_and_plain(served: Any, galley: Any, backend: Any) -> None:
    backend.answers[Method.RESOURCES] = page("a", "reviews")
    with served():
        result = galley("get")

    assert result.out == (
        "KIND            NAMESPACE  NAME     AGE  SOURCE  FROM\n"
        "VirtualService  prod       a        -    team    routes.yaml:3\n"
        "VirtualService  prod       reviews  -    team    routes.yaml:3\n"
    )


def test_names_are_keys_for_other_programs(served: Any, galley: Any, backend: Any) -> None:
    backend.answers[Method.RESOURCES] = page("reviews")
    with served():
        assert galley("get", "-o", "name").out == (
            "networking.istio.io/VirtualService/prod/reviews\n"
        )


def test_yaml_is_a_stream_of_manifests(served: Any, galley: Any, backend: Any) -> None:
    backend.answers[Method.RESOURCES] = page("a", "b")
    with served():
        assert galley("get", "-o", "yaml").out == (
            "kind: VirtualService\nmetadata:\n  name: a\n"
            "---\nkind: VirtualService\nmetadata:\n  name: b\n"
        )


def test_yaml_means_the_same_to_who_reads_it(served: Any, galley: Any, backend: Any) -> None:
    """Kubernetes takes `y` for true, and a line break of Unicode for a line break."""
    answer = page("a")
    answer["resources"][0]["manifest"] = {"data": {"flag": "y", "mode": "0o777", "text": "a\x85b"}}
    backend.answers[Method.RESOURCES] = answer
    with served():
        assert galley("get", "-o", "yaml").out == (
            'data:\n  flag: "y"\n  mode: "0o777"\n  text: "a\\Nb"\n'
        )


def test_every_page_is_fetched_of_the_same_version(served: Any, galley: Any, backend: Any) -> None:
    first = {**page("a"), "next": "more"}
    backend.answers[Method.RESOURCES] = lambda params: page("b") if params["next"] else first
    with served():
        assert galley("get", "-o", "name").out.count("\n") == 2

    assert [params["version"] for _, _, params in backend.asked] == [0, 3]


def test_configuration_cannot_steer_the_terminal(served: Any, galley: Any, backend: Any) -> None:
    """Escape sequences in names and values are shown, not obeyed."""
    backend.answers[Method.RESOURCES] = page("\x1b[2Jgone\r\n", file="\x9b31m")
    with served():
        shown = galley("get").out

    assert "\x1b" not in shown
    assert "\x9b" not in shown
    assert "\\x1b[2Jgone\\x0d " in shown


def test_a_diff_is_told_by_field(served: Any, galley: Any, backend: Any, published: Any) -> None:
    backend.answers[Method.DIFF] = published(3)["diff"]
    with served():
        assert galley("diff", "2", "3").out == (
            "--- version 2\n"
            "+++ version 3\n"
            "~ ConfigMap/prod/settings-1\n"
            "    data.number\n"
            "      - 2\n"
            "      + 1\n"
            "0 added, 1 changed, 0 deleted.\n"
        )
        assert "data.number" not in galley("diff", "2", "3", "--stat").out


def test_history_tells_kind_marks_and_cause(
    served: Any, galley: Any, backend: Any, version: Any
) -> None:
    versions = [
        version(3, kind="rollback", restores=1, reason="broken", connected=4, had=3),
        version(2, rolled_back_by=3, ended=5.0),
        version(1, pinned="release", ended=4.0),
    ]
    backend.answers[Method.HISTORY] = {"channel": "default", "lineage": "l", "versions": versions}
    with served():
        shown = galley("history").out

    third, second, first = shown.splitlines()[1:]
    assert "rollback to 1" in third
    assert "3/4" in third
    assert third.endswith("[live] broken")
    assert second.endswith("[rolled back by 3] files: a.yaml")
    assert first.endswith("[pinned] files: a.yaml")


def test_the_key_of_a_dry_run_says_what_would_happen(
    served: Any, galley: Any, backend: Any, published: Any
) -> None:
    quarantined = {
        "source": "files",
        "resource": "core/ConfigMap/prod/settings-1",
        "digest": "aa",
        "rollback": 3,
        "target": 1,
        "time": 1.0,
        "reason": "x",
        "lifts": "Other content lifts it.",
    }
    answer = published(2, dry_run=True, quarantined=[quarantined], quarantined_total=1)
    backend.answers[Method.ROLLBACK] = answer
    with served():
        shown = galley("rollback", "--reason", "x", "--dry-run").out

    assert "Would publish the content of version 1, digest abababababab; nothing was done." in shown
    assert "1 input would be quarantined:" in shown
    assert "Other content lifts it." in shown


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0004, "0ms"),
        (0.25, "250ms"),
        (1, "1s"),
        (59.4, "59s"),
        (60, "1m"),
        (119, "1m"),
        (3599.6, "1h"),
        (3900, "1h5m"),
        (36000, "10h"),
        (90000, "1d1h"),
        (86400 * 40, "40d"),
    ],
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_times_are_told_from_now() -> None:
    assert ago(100, 220) == "2m ago"
    assert ago(7300, 100) == "in 2h"
    assert ago(100, 100.5) == "just now"


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("core/ConfigMap/prod/a", "ConfigMap/prod/a"),
        ("core/Namespace//prod", "Namespace/prod"),
        ("odd", "odd"),
    ],
)
def test_keys_are_shortened(key: str, text: str) -> None:
    assert words.name(key) == text


@pytest.mark.parametrize(
    ("commit_status", "shown"),
    [
        (None, "-"),
        ({"told": 3}, "told"),
        ({"waiting": 2}, "2 waiting"),
        ({"waiting": 2, "problem": "Cannot connect."}, "2 waiting: Cannot connect."),
        ({"given_up": 1, "problem": "It answered 401."}, "told: It answered 401."),
    ],
)
def test_sources_say_whether_their_forge_is_told(
    served: Any, galley: Any, backend: Any, commit_status: Any, shown: str
) -> None:
    source = {"name": "repo", "type": "git", "unit": "revision", "rank": 0, "required": True}
    source |= {"state": "synced", "commit_status": commit_status}
    backend.answers[Method.SOURCES] = [source]
    with served():
        header, row = galley("sources").out.splitlines()

    assert row[header.index("FORGE") :].split("  ")[0].strip() == shown


@pytest.mark.parametrize(
    ("revision", "shown"),
    [("", "a"), ("123456789012", "a@123456789012"), ("a1b2c3d4" * 5, "a@a1b2c3d")],
    ids=["none", "a resourceVersion", "a commit"],
)
def test_only_the_name_of_a_commit_is_cut_short(revision: str, shown: str) -> None:
    assert words.place({"file": "a", "revision": revision}) == shown


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({}, ""),
        ({"uid": "6f2d"}, "  object       uid 6f2d"),
        ({"uid": "6f2d", "generation": 4}, "  object       generation 4, uid 6f2d"),
    ],
)
def test_a_trace_tells_which_object_of_a_cluster_it_is(
    served: Any, galley: Any, backend: Any, facts: dict[str, Any], shown: str
) -> None:
    backend.answers[Method.TRACE] = {
        "resource": "core/Service/prod/a",
        "state": "live",
        "stages": [],
        "versions": [3],
        "diagnostics": [],
        **facts,
    }
    with served():
        told = galley("trace", "core/Service/prod/a").out.splitlines()

    assert next((line for line in told if line.startswith("  object")), "") == shown


def test_a_trace_shows_the_stages_that_did_or_found_something(
    served: Any, galley: Any, backend: Any
) -> None:
    field = {"op": "add", "field": "metadata.labels.owner", "old": None, "new": "platform"}
    change = {"resource": "core/Service/prod/a", "change": "changed", "fields": [field]}
    moved = {"resource": "core/Service/test/a", "change": "added", "fields": []}
    backend.answers[Method.TRACE] = {
        "resource": "core/Service/test/a",
        "parents": [{"resource": "core/Service/prod/a", "file": "a.yaml", "line": 3}],
        "parents_total": 1,
        "state": "live",
        "stages": [
            {"stage": "schema", "outputs": []},
            {"stage": "transform/owner", "outputs": [], "changed": True, "changes": [change]},
            {"stage": "transform/move", "outputs": [], "changed": True, "changes": [moved]},
            {"stage": "policy", "outputs": [], "found": ["warning GAL0501", "info GAL0501"]},
            {"stage": "encoding", "outputs": []},
        ],
        "versions": [3],
        "diagnostics": [],
    }
    with served():
        told = galley("trace", "core/Service/test/a").out

    assert (
        "  made of      Service/prod/a  a.yaml:3\n"
        "  stage        transform/owner\n"
        "               ~ Service/prod/a\n"
        "                   metadata.labels.owner\n"
        "                     + platform\n"
        "  stage        transform/move\n"
        "               + Service/test/a\n"
        "  stage        policy: warning GAL0501, info GAL0501\n"
        "               2 other stages leave it as it is\n"
    ) in told


@pytest.mark.parametrize("options", [("--version", "2"), ("--version", "2", "-o", "yaml")])
def test_stages_are_known_of_the_live_version_alone(galley: Any, options: tuple[str, ...]) -> None:
    result = galley("get", "--stage", "schema", *options)

    assert (result.code, "of the live version alone" in result.err) == (2, True)
