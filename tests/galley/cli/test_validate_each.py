"""`galley validate --each`: every path as if it were all there is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
BAD = MAP.replace("settings", "UPPER")
GATEWAY = (
    "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: public}\n"
    "spec: {selector: {a: b}, servers: []}\n"
)
ROUTE = (
    "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: shop}\n"
    "spec:\n  hosts: [shop.example.com]\n  gateways: [public]\n"
)


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Folders below the working one, by their names, with what their only file holds."""
    monkeypatch.chdir(tmp_path)

    def write(**texts: str) -> list[str]:
        for name, text in texts.items():
            (tmp_path / name).mkdir()
            (tmp_path / name / "all.yaml").write_text(text)
        return list(texts)

    return write


def test_environments_with_the_same_names_are_no_conflict(galley: Any, paths: Any) -> None:
    both = paths(prod=MAP, staging=MAP)

    assert "GAL0701" in galley("validate", *both).out
    result = galley("validate", "--each", *both)
    assert (result.code, result.out) == (0, "2 files, 2 resources: 0 errors, 0 warnings.\n")


def test_no_reference_is_satisfied_by_another_path(galley: Any, paths: Any) -> None:
    both = paths(prod=ROUTE, staging=GATEWAY)

    assert galley("validate", "--complete", *both).code == 0
    result = galley("validate", "--complete", "--each", *both)
    assert result.code == 1
    assert result.out.startswith("prod/all.yaml:6:14: error GAL0601")


def test_what_is_found_is_one_report_in_the_order_of_the_paths(
    galley: Any, paths: Any, tmp_path: Path
) -> None:
    names = paths(staging=BAD, prod=BAD)
    report = tmp_path / "galley.sarif"
    result = galley("validate", "--each", *names, "-o", "json", "--report", f"sarif={report}")

    said = json.loads(result.out)
    assert (said["ok"], said["files"]) == (False, 2)
    files = ["staging/all.yaml", "prod/all.yaml"]
    assert [each["file"] for each in said["diagnostics"]] == files
    (run,) = json.loads(report.read_text())["runs"]
    assert len(run["results"]) == 2


def test_what_is_said_of_the_settings_is_said_once(galley: Any, paths: Any, tmp_path: Path) -> None:
    (tmp_path / "galley.yaml").write_text("channels:\n- disabled: [nope]\n")
    result = galley("validate", "-c", "galley.yaml", "--each", *paths(prod=MAP, staging=MAP))

    assert result.out.count("GAL0604") == 1


def test_the_sources_of_the_settings_are_paths_as_well(
    galley: Any, paths: Any, tmp_path: Path
) -> None:
    paths(prod=MAP, staging=MAP)
    sources = "  - {name: a, type: files, path: prod}\n  - {name: b, type: files, path: staging}\n"
    (tmp_path / "galley.yaml").write_text(f"channels:\n- sources:\n{sources}")

    assert galley("validate", "-c", "galley.yaml").code == 1
    assert galley("validate", "-c", "galley.yaml", "--each").code == 0


def test_a_path_that_cannot_be_read_stops_no_other(galley: Any, paths: Any, tmp_path: Path) -> None:
    names = paths(overlay=MAP, prod=BAD)
    (tmp_path / "overlay" / "kustomization.yaml").write_text("resources: [all.yaml]\n")
    result = galley("validate", "--each", *names)

    assert result.code == 1
    first, second, *_ = result.out.splitlines()
    assert first.startswith("overlay: error GAL0906")
    assert second.startswith("prod/all.yaml:3:12: error GAL0206")
    assert "neither is what would be judged with it" in result.err
