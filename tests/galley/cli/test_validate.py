"""`galley validate`: the pipeline offline."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
DANGLING = (
    "apiVersion: networking.istio.io/v1\n"
    "kind: VirtualService\n"
    "metadata: {name: reviews, namespace: prod}\n"
    "spec:\n"
    "  hosts: [reviews.example.com]\n"
    "  gateways: [nope]\n"
)
POLICY = (
    "channels:\n"
    "- policies:\n"
    "  - {name: owner, rule: 'has(object.metadata.labels.owner)', message: Say who owns it.}\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Any:
    """A folder with these files."""

    def write(**files: str) -> Path:
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        return tmp_path

    return write


def test_what_is_right_passes(galley: Any, folder: Any) -> None:
    result = galley("validate", folder(a=GOOD))

    assert result.code == 0
    assert result.out.endswith("1 file, 1 resource: 0 errors, 0 warnings.\n")


def test_a_mistake_is_told_with_file_line_and_column(galley: Any, folder: Any) -> None:
    path = folder(a=GOOD, b="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: UPPER}\n")
    result = galley("validate", path)

    assert result.code == 1
    assert result.out.startswith(f"{path}/b.yaml:3:12: error GAL0206: 'UPPER' is not a valid name")


def test_a_reference_may_lead_elsewhere_unless_all_is_here(galley: Any, folder: Any) -> None:
    path = folder(a=DANGLING)

    assert galley("validate", path).code == 0
    result = galley("validate", path, "--complete")
    assert result.code == 1
    assert "a.yaml:6:14: error GAL0601" in result.out


def test_both_claimants_of_a_key_are_told(galley: Any, folder: Any) -> None:
    result = galley("validate", folder(a=GOOD, b=GOOD))

    assert result.code == 1
    assert result.out.count("GAL0701") == 2


def test_policies_of_the_settings_count(galley: Any, folder: Any, tmp_path: Path) -> None:
    settings = tmp_path / "settings.conf"
    settings.write_text(POLICY)
    result = galley("validate", folder(a=GOOD), "-c", settings)

    assert result.code == 1
    assert "Say who owns it." in result.out


def test_an_unusable_policy_says_what_is_wrong(galley: Any, folder: Any, tmp_path: Path) -> None:
    settings = tmp_path / "settings.conf"
    settings.write_text(POLICY.replace("has(", "has(("))
    result = galley("validate", folder(a=GOOD), "-c", settings)

    assert result.code == 1
    assert "error GAL05" in result.out
    assert result.err.startswith("The environment (schemas, transforms, policies) is not usable")


def test_json_has_every_field_of_a_diagnostic(galley: Any, folder: Any) -> None:
    result = json.loads(galley("validate", folder(a=DANGLING), "--complete", "-o", "json").out)
    (found,) = [each for each in result["diagnostics"] if each["level"] == "error"]

    assert (result["ok"], result["files"], result["resources"]) == (False, 1, 1)
    assert found["resource"] == "networking.istio.io/VirtualService/prod/reviews"
    assert (found["field"], found["line"], found["column"]) == ("spec.gateways[0]", 6, 14)


def test_sarif_names_rules_and_places(galley: Any, folder: Any) -> None:
    path = folder(a=DANGLING)
    log = json.loads(galley("validate", path, "--complete", "-o", "sarif").out)
    (run,) = log["runs"]
    (result,) = [each for each in run["results"] if each["level"] == "error"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    place = result["locations"][0]["physicalLocation"]

    assert log["version"] == "2.1.0"
    assert rule["id"] == result["ruleId"] == "GAL0601"
    assert place["artifactLocation"]["uri"] == f"file://{path}/a.yaml"
    assert place["region"] == {"startLine": 6, "startColumn": 14}


def test_junit_has_a_failed_case_for_each_broken_file(galley: Any, folder: Any) -> None:
    result = galley("validate", folder(a="a: [\n", b=GOOD), "-o", "junit")
    root = ET.fromstring(result.out)

    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    assert root.find(".//failure") is not None


def test_a_folder_of_templates_is_not_read(galley: Any, tmp_path: Path) -> None:
    """What is said of it is a finding in every format, and not only a word on the side."""
    (tmp_path / "kustomization.yaml").write_text("resources: [a.yaml]\n")
    result = galley("validate", tmp_path, "-o", "json")
    (found,) = json.loads(result.out)["diagnostics"]

    assert (result.code, found["state"]) == (1, "source")
    assert "kustomization.yaml" in found["message"]


def test_a_path_that_is_a_source_keeps_the_options_of_that_source(
    galley: Any, tmp_path: Path
) -> None:
    """Such as the namespace of what names none, which a rule may ask for."""
    mesh = tmp_path / "mesh"
    mesh.mkdir()
    (mesh / "a.yaml").write_text(GOOD)
    rule = "{name: shop, rule: \"object.metadata.namespace == 'shop'\", message: Not the shop.}"
    source = "{name: mesh, type: files, path: ./mesh, default_namespace: shop}"
    settings = tmp_path / "galley.yaml"
    settings.write_text(f"channels:\n- sources: [{source}]\n  policies: [{rule}]\n")

    assert galley("validate", "-c", settings, mesh).code == 0
    assert galley("validate", "-c", settings, mesh / "a.yaml").code == 1


def test_a_folder_stands_in_for_a_source_that_follows_git(galley: Any, tmp_path: Path) -> None:
    """Its options hold, nothing is fetched; another folder of the repository is another source."""
    (tmp_path / ".git").mkdir()
    for name in ("mesh", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yaml").write_text(GOOD)
    rule = "{name: shop, rule: \"object.metadata.namespace == 'shop'\", message: Not the shop.}"
    source = (
        "{name: team, type: git, url: 'https://git.invalid/team.git', path: mesh, "
        "default_namespace: shop}"
    )
    settings = tmp_path / "galley.yaml"
    settings.write_text(f"channels:\n- sources: [{source}]\n  policies: [{rule}]\n")

    assert galley("validate", "-c", settings, tmp_path / "mesh").code == 0
    assert galley("validate", "-c", settings, tmp_path / "other").code == 1
