"""`galley validate` with schemas out of a repository or a cluster: read once, and not followed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.team import Team

CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "gauges.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "gauges", "kind": "Gauge"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "properties": {"number": {"type": "integer", "maximum": 9}},
                            }
                        },
                    }
                },
            }
        ],
    },
}
GAUGE = (
    "apiVersion: example.com/v1\n"
    "kind: Gauge\n"
    "metadata: {name: a, namespace: default}\n"
    "spec: {number: 20}\n"
)


@pytest.fixture
def gauge(tmp_path: Path) -> Path:
    """A resource that is wrong by the schema, and fine without it."""
    path = tmp_path / "gauge.yaml"
    path.write_text(GAUGE)
    return path


@pytest.fixture
def team(tmp_path: Path) -> Team:
    made = Team(tmp_path / "repository")
    made.commit("first", gauge=json.dumps(CRD))
    return made


def settings(tmp_path: Path, schemas: dict[str, str]) -> Path:
    path = tmp_path / "galley.conf"
    path.write_text(json.dumps({"channels": [{"schemas": [schemas]}]}))
    return path


def test_a_repository_on_the_command_line(galley: Any, gauge: Path, team: Team) -> None:
    result = galley("validate", gauge, "--schemas", f"file://{team.path}")

    assert result.code == 1
    assert "gauge.yaml:4:8: error GAL0304" in result.out


def test_a_repository_of_the_settings(galley: Any, gauge: Path, team: Team, tmp_path: Path) -> None:
    api = {"name": "api", "type": "git", "url": str(team.path)}
    result = galley("validate", "-c", settings(tmp_path, api), gauge)

    assert result.code == 1
    assert "GAL0304" in result.out


def test_what_cannot_be_used_of_it_is_told(galley: Any, gauge: Path, team: Team) -> None:
    team.commit("bad", gauge=json.dumps({**CRD, "spec": {}}))
    result = galley("validate", gauge, "--schemas", f"file://{team.path}")

    assert result.code == 1
    assert "error GAL0311" in result.out


def test_schemas_of_the_settings_that_cannot_be_read_are_a_warning(
    galley: Any, gauge: Path, tmp_path: Path
) -> None:
    """Who validates may not get at what the service follows."""
    (tmp_path / "kubeconfig").write_text("{}")
    away = {"name": "crds", "type": "kubernetes", "kubeconfig": "kubeconfig", "context": "prod"}
    config = settings(tmp_path, away)

    result = galley("validate", "-c", config, gauge)

    assert result.code == 0
    assert "warning GAL0714: The schemas of source crds are not known: " in result.out
    assert galley("validate", "-c", config, gauge, "--fail-on", "warning").code == 1


def test_schemas_that_are_asked_for_and_cannot_be_read_are_an_error(
    galley: Any, gauge: Path, tmp_path: Path
) -> None:
    (tmp_path / "kubeconfig").write_text("{}")
    result = galley(
        "validate", gauge, "--schemas", "kube://prod", KUBECONFIG=str(tmp_path / "kubeconfig")
    )

    assert result.code == 1
    assert "error GAL0714: The schemas of source prod are not known: " in result.out
