"""What a case is given, what becomes of it, and which cases run."""

import json
from pathlib import Path
from typing import Any

import pytest

MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {owner: me}}\n"
OUTPUT = "contains: [{kind: ConfigMap, metadata: {name: a, labels: {owner: me, team: mesh}}}]"


def test_files_and_folders(expecting: Any, tmp_path: Path) -> None:
    (tmp_path / "mesh" / ".hidden").mkdir(parents=True)
    (tmp_path / "mesh" / "a.yaml").write_text(MANIFEST)
    (tmp_path / "mesh" / ".hidden" / "b.yaml").write_text("apiVersion: [\n")
    for given in ("mesh", "mesh/a.yaml", "[mesh, mesh/a.yaml]"):
        found = expecting(f"{{{OUTPUT}}}", f"cases:\n- name: one\n  given: {given}\n")
        assert found["result"] == "passed", found


def test_a_finding_names_line_and_column_in_a_file(expecting: Any, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("# a comment\n" + MANIFEST.replace("owner", "other"))
    found = expecting("{}", "cases:\n- name: one\n  given: a.yaml\n")

    (line,) = found["differences"][0]["lines"]
    assert line.endswith("(a.yaml:2:1)")


def test_of_several_manifests_on_a_line_the_line_is_named(expecting: Any) -> None:
    manifest = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}}"
    found = expecting("{}", f"cases:\n- name: one\n  given: [{manifest % 'a'}, {manifest % 'b'}]\n")

    assert [line[-20:] for line in found["differences"][0]["lines"]] == [
        " (rules.test.yaml:9)",
        " (rules.test.yaml:9)",
    ]


def test_a_list_is_what_is_in_it(expecting: Any) -> None:
    manifest = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}}"
    items = f"\n    items:\n    - {manifest % 'a'}\n    - {manifest % 'b'}\n"
    found = expecting(
        "{}", f"cases:\n- name: one\n  given:\n    apiVersion: v1\n    kind: List{items}"
    )

    assert [line[-21:] for line in found["differences"][0]["lines"]] == [
        " (rules.test.yaml:13)",
        " (rules.test.yaml:14)",
    ]


def test_what_is_broken_in_a_folder_is_named_from_the_suite(expecting: Any, tmp_path: Path) -> None:
    (tmp_path / "mesh").mkdir()
    (tmp_path / "mesh" / "gone.yaml").symlink_to("nowhere")
    case = "cases:\n- name: one\n  given: mesh\n"

    found = expecting("{diagnostics: [{code: GAL0902, file: mesh/gone.yaml}]}", case)
    assert found["result"] == "passed", found


def test_what_cannot_be_read_is_found(expecting: Any, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [\n")
    case = "cases:\n- name: one\n  given: a.yaml\n"

    assert expecting("{diagnostics: [{code: GAL0102, line: 2}]}", case)["result"] == "passed"


def test_words_mean_what_they_mean_in_a_file(suite: Any, galley: Any, tmp_path: Path) -> None:
    """A suite is read as manifests are: `y` is true, and a date is text."""
    suite(
        "cases:\n- name: one\n"
        "  given: {apiVersion: example.com/v1, kind: Gadget, metadata: {name: a},"
        " spec: {on: y, day: 2026-01-02}}\n"
        "  expect:\n    contains:\n"
        "    - {kind: Gadget, metadata: {name: a}, spec: {on: true, day: '2026-01-02'}}\n",
        head="pipeline: {unknown_kinds: accept}\n",
    )

    assert galley("test", tmp_path).code == 0


def test_what_every_case_is_given(suite: Any, galley: Any, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(MANIFEST)
    suite(
        "given:\n- a.yaml\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: b, labels: {owner: x}}}\n"
        "cases:\n- name: one\n"
        "  given: {apiVersion: v1, kind: ConfigMap, metadata: {name: c, labels: {owner: x}}}\n"
        "  expect:\n    contains:\n"
        + "".join(f"    - {{kind: ConfigMap, metadata: {{name: {name}}}}}\n" for name in "abc")
    )

    assert galley("test", tmp_path).code == 0


def test_the_settings_of_a_service(suite: Any, galley: Any, tmp_path: Path) -> None:
    """Its policies judge, and its source says in which namespace a manifest is."""
    (tmp_path / "mesh").mkdir()
    (tmp_path / "mesh" / "a.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}"
    )
    (tmp_path / "galley.yaml").write_text(
        "channels:\n- name: one\n- name: two\n"
        "  sources: [{name: s, type: files, path: mesh, default_namespace: shop}]\n"
        "  policies: [{name: never, rule: 'false', message: Never.}]\n"
    )
    suite(
        "cases:\n- name: one\n  given: mesh/a.yaml\n  expect:\n    diagnostics:\n"
        "    - {code: GAL0501/never, resource: ConfigMap/shop/a}\n",
        head="pipeline: {settings: galley.yaml, channel: two}\n",
    )

    result = galley("test", tmp_path)
    assert result.code == 0, result.out


def test_a_stage_is_looked_behind(expecting: Any) -> None:
    """After the first transform nothing is dropped yet, and no policy has spoken."""
    case = (
        "cases:\n- name: one\n  stage: transform/team\n"
        "  given: {apiVersion: v1, kind: ConfigMap, metadata: {name: draft-a}}\n"
    )
    kept = "contains: [{kind: ConfigMap, metadata: {name: draft-a, labels: {team: mesh}}}]"

    assert expecting(f"{{{kept}}}", case)["result"] == "passed"
    after = case.replace("transform/team", "transform/drafts")
    assert expecting("{resources: []}", after)["result"] == "passed"
    before = case.replace("transform/team", "schema")
    assert expecting(f"{{{kept}}}", before)["differences"][0]["lines"] == [
        "  ConfigMap/draft-a",
        '- metadata.labels: {"team": "mesh"}',
    ]


def test_what_later_stages_say_is_not_heard(expecting: Any) -> None:
    case = (
        "cases:\n- name: one\n  stage: {}\n"
        "  given: {{apiVersion: v1, kind: ConfigMap, metadata: {{name: a}}}}\n"
    )

    assert expecting("{}", case.format("transform/drafts"))["result"] == "passed"
    assert expecting("{}", case.format("policy"))["result"] == "failed"


def test_the_innermost_source_says_how_a_file_is_read(
    suite: Any, galley: Any, tmp_path: Path
) -> None:
    (tmp_path / "mesh" / "inner").mkdir(parents=True)
    (tmp_path / "mesh" / "inner" / "a.yaml").write_text(MANIFEST)
    (tmp_path / "galley.yaml").write_text(
        "channels:\n- sources:\n"
        "  - {name: o, type: files, path: mesh, default_namespace: outer}\n"
        "  - {name: i, type: files, path: mesh/inner, default_namespace: inner}\n"
    )
    suite(
        "cases:\n- name: one\n  given: mesh/inner/a.yaml\n"
        "  expect: {contains: [{kind: ConfigMap, metadata: {name: a, namespace: inner}}]}\n",
        head="pipeline: {settings: galley.yaml}\n",
    )

    result = galley("test", tmp_path)
    assert result.code == 0, result.out


def test_a_folder_is_read_as_the_source_that_follows_it_in_git_would(
    suite: Any, galley: Any, tmp_path: Path
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "mesh").mkdir()
    (tmp_path / "mesh" / "a.yaml").write_text(
        "{apiVersion: v1, kind: Service, metadata: {name: a}}"
    )
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "galley.yaml").write_text(
        "channels:\n- sources:\n"
        "  - {name: team, type: git, url: 'https://git.example.com/team/mesh.git', path: mesh,\n"
        "     default_namespace: shop}\n"
    )
    suite(
        "cases: [{name: a case, given: ../mesh,"
        " expect: {contains: [{kind: Service, metadata: {name: a, namespace: shop}}]}}]",
        "service/rules.test.yaml",
        head="pipeline: {settings: galley.yaml}\n",
    )
    result = galley("test", tmp_path)

    assert result.code == 0, result.out


def test_each_suite_has_its_own_default_namespace(suite: Any, galley: Any, tmp_path: Path) -> None:
    """Also where all else of their pipelines is the same."""
    (tmp_path / "a.yaml").write_text(MANIFEST)
    for name in ("one", "two"):
        wanted = f"{{kind: ConfigMap, metadata: {{name: a, namespace: {name}}}}}"
        suite(
            f"cases:\n- name: one\n  given: a.yaml\n  expect: {{contains: [{wanted}]}}\n",
            f"{name}.test.yaml",
            head=f"pipeline: {{default_namespace: {name}}}\n",
        )
    result = galley("test", tmp_path)
    assert result.code == 0, result.out


@pytest.mark.parametrize(("complete", "code"), [("true", "GAL0601"), ("false", "GAL0602")])
def test_what_is_complete_has_no_references_to_elsewhere(
    suite: Any, galley: Any, tmp_path: Path, complete: str, code: str
) -> None:
    """Beside a suite that says otherwise of the same pipeline."""
    route = (
        "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a},"
        " spec: {hosts: [a.example.com], gateways: [none],"
        " http: [{route: [{destination: {host: b.example.com}}]}]}}"
    )
    suite("cases: [{name: other}]\n", "a.test.yaml", head="")
    suite(
        f"cases:\n- name: one\n  given: {route}\n  relaxed: true\n"
        f"  expect: {{diagnostics: [{{field: 'spec.gateways[0]', code: {code}}}]}}\n",
        head=f"pipeline: {{complete: {complete}}}\n",
    )

    result = galley("test", tmp_path)
    assert result.code == 0, result.out


def test_a_folder_that_cannot_be_read_is_found(
    expecting: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mesh").mkdir()

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("galley.cli.suites.fixtures.Tree.enter", refuse)
    case = "cases:\n- name: one\n  given: mesh\n"
    wanted = "{code: GAL0903, file: mesh/, message: permission denied}"

    found = expecting(f"{{diagnostics: [{wanted}]}}", case)
    assert found["result"] == "passed", found


def test_a_folder_of_templates_is_found(expecting: Any, tmp_path: Path) -> None:
    (tmp_path / "mesh").mkdir()
    (tmp_path / "mesh" / "kustomization.yaml").write_text("resources: []\n")
    case = "cases:\n- name: one\n  given: mesh\n"

    found = expecting("{diagnostics: [{code: GAL0906, file: mesh/}]}", case)
    assert found["result"] == "passed", found


def test_what_there_is_to_say_of_the_pipeline_is_said_once(
    suite: Any, galley: Any, tmp_path: Path
) -> None:
    head = "pipeline: {disabled: [nobodys]}\n"
    suite("cases: [{name: one}, {name: two}]\n", head=head)
    suite("cases: [{name: three}]\n", "other.test.yaml", head=head)
    result = galley("test", tmp_path)

    assert (result.code, result.err.count("nobodys")) == (0, 1)


THREE = """\
cases:
- {name: one, given: []}
- {name: two, given: [], expect: {contains: [{kind: ConfigMap, metadata: {name: a}}]}}
- {name: three, given: []}
"""


def results(result: Any) -> dict[str, str]:
    return {each["name"]: each["result"] for each in json.loads(result.out)["cases"]}


def test_cases_are_skipped_for_a_reason(suite: Any, galley: Any, tmp_path: Path) -> None:
    suite(THREE.replace("name: two,", "name: two, skip: waits for June,"))
    result = galley("test", tmp_path, "-o", "json")

    assert (result.code, results(result)) == (
        0,
        {"one": "passed", "two": "skipped", "three": "passed"},
    )
    assert "skipped rules.test.yaml:9: two  (waits for June)" in galley(
        "test", tmp_path
    ).out.replace(str(tmp_path) + "/", "")


def test_one_case_alone(suite: Any, galley: Any, tmp_path: Path) -> None:
    suite(THREE.replace("name: three,", "name: three, only: true,"))
    result = galley("test", tmp_path, "-o", "json")

    assert results(result) == {"one": "skipped", "two": "skipped", "three": "passed"}
    assert "are marked `only`" in galley("test", tmp_path).err


def test_cases_by_name_or_file(suite: Any, galley: Any, tmp_path: Path) -> None:
    suite(THREE)
    suite(THREE, "below/other.test.yml")
    for text, names in (("THREE", ["three"]), ("other", ["one", "two", "three"])):
        result = galley("test", tmp_path, "-k", text, "-o", "json")
        assert list(results(result)) == names
    nothing = galley("test", tmp_path, "--filter", "four")
    assert (nothing.code, nothing.err) == (
        2,
        "error: No case has 'four' in its name, or in that of its file.\n",
    )


def test_the_first_failure_ends_it(suite: Any, galley: Any, tmp_path: Path) -> None:
    suite(THREE)
    result = galley("test", tmp_path, "--fail-fast", "-o", "json")

    assert (result.code, results(result)) == (1, {"one": "passed", "two": "failed"})
    assert galley("test", tmp_path, "-x").out.endswith("stopped at the first failure.\n")
