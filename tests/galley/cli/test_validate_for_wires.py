"""`galley validate` tells what clients of a wire could not be sent."""

from pathlib import Path
from typing import Any

import pytest

POLICY = """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny, namespace: prod}
spec:
  action: DENY
  rules:
  - {}
"""
RULE = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews, namespace: prod}
spec:
  host: reviews
  trafficPolicy:
    loadBalancer:
      simple: LEAST_REQUEST
    outlierDetection: {interval: 5}
"""


@pytest.fixture
def validate(galley: Any, tmp_path: Path) -> Any:
    """The lines that are said of these files for these wires."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "policy.yaml").write_text(POLICY)
    (config / "rule.yaml").write_text(RULE)

    def run(wires: str) -> list[str]:
        settings = (
            f"channels:\n- wires: {wires}\n  sources: [{{name: a, type: files, path: config}}]\n"
        )
        (tmp_path / "galley.yaml").write_text(settings)
        result = galley("validate", "-c", tmp_path / "galley.yaml")
        assert result.code == any(" error " in line for line in result.out.splitlines())
        return [line for line in result.out.splitlines() if " GAL08" in line]

    return run


def test_what_old_clients_lack_is_an_error_where_they_have_to_be_suited(validate: Any) -> None:
    of_policy, of_name, of_interval = validate("[mcp]")
    assert "policy.yaml:5:3: error GAL0802 AuthorizationPolicy/prod/deny: " in of_policy
    assert "The field spec.action is not known to Istio 1.4 on the mcp wire" in of_policy
    assert "rule.yaml:8:7: error GAL0804" in of_name
    assert "rule.yaml:9:24: error GAL0803" in of_interval


def test_todays_clients_are_another_matter(validate: Any) -> None:
    (found,) = validate("[istio]")
    assert "rule.yaml:9:24: error GAL0803" in found
    assert "Istio 1.32 on the istio wire" in found


def test_nobody_is_asked_for_who_is_not_named(validate: Any) -> None:
    assert validate("[]") == []


def test_a_wire_that_there_is_not_is_refused(galley: Any, tmp_path: Path) -> None:
    (tmp_path / "galley.yaml").write_text("channels: [{wires: [morse]}]")
    result = galley("validate", "-c", tmp_path / "galley.yaml")
    assert result.code == 2
    assert "wires" in result.err
