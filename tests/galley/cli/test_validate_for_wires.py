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
ENVOY = """\
apiVersion: envoy.config.cluster/v3
kind: Cluster
metadata: {name: web}
spec: {type: LOGICAL_DNS, connect_timeout: 0s}
---
apiVersion: envoy.config.listener/v3
kind: Listener
metadata: {name: web}
spec:
  filter_chains:
    - filters:
        - typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
            stat_prefx: web
            cluster: web
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


def test_envoys_are_told_of_with_the_line(galley: Any, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "envoy.yaml").write_text(ENVOY)
    settings = "channels:\n- wires: [istio, envoy, mcp]\n"
    (tmp_path / "galley.yaml").write_text(settings)
    result = galley("validate", "-c", tmp_path / "galley.yaml", tmp_path / "config")
    told = [line.rpartition("envoy.yaml:")[2] for line in result.out.splitlines()]
    of_timeout, of_prefix = [line for line in told if " GAL08" in line]
    assert result.code == 1
    assert of_timeout == (
        "4:27: error GAL0812 Cluster/web: The field spec.connect_timeout must be more than 0s;"
        " otherwise Envoy refuses the resource."
    )
    assert of_prefix == (
        "14:13: error GAL0802 Listener/web: The field"
        " spec.filter_chains[0].filters[0].typed_config.stat_prefx is not known to Envoy:"
        " TcpProxy has no such field; did you mean stat_prefix."
    )


def test_nobody_is_asked_for_who_is_not_named(validate: Any) -> None:
    assert validate("[]") == []


def test_a_wire_that_there_is_not_is_refused(galley: Any, tmp_path: Path) -> None:
    (tmp_path / "galley.yaml").write_text("channels: [{wires: [morse]}]")
    result = galley("validate", "-c", tmp_path / "galley.yaml")
    assert result.code == 2
    assert "wires" in result.err


def test_a_collection_that_is_too_long_for_one_message_is_a_warning(
    galley: Any, tmp_path: Path
) -> None:
    """By the limit of the settings; nobody is kept from publishing it."""
    hosts = "".join(f"  - h{number:05}.example.com\n" for number in range(3000))
    head = "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
    (tmp_path / "many.yaml").write_text(
        f"{head}metadata: {{name: many, namespace: prod}}\nspec:\n  hosts:\n{hosts}"
    )
    channel = "channels:\n- wires: [mcp]\n  sources: [{name: a, type: files, path: many.yaml}]\n"

    def codes(settings: str) -> list[str]:
        (tmp_path / "galley.yaml").write_text(channel + settings)
        result = galley("validate", "-c", tmp_path / "galley.yaml")
        assert result.code == 0
        return [word.strip(":") for word in result.out.split() if word.startswith("GAL08")]

    assert codes("") == []
    assert codes("mesh: {max_message: 65536}\n") == ["GAL0818"]
