"""Of thousands of objects, good and bad, our validator says what a real API server says."""

import os
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.conformance.crds.generate import broken, objects
from tests.conformance.crds.oracle import Oracle, Subject, differences

TIMES = int(os.environ.get("GALLEY_DIFFERENTIAL_TIMES", "1"))
"""How many times as many objects as in CI."""
KINDS = ("Change", "Feature", "Rule", "Text")
ISTIO = (
    "AuthorizationPolicy", "DestinationRule", "EnvoyFilter", "Gateway", "PeerAuthentication",
    "ProxyConfig", "RequestAuthentication", "ServiceEntry", "Sidecar", "Telemetry",
    "VirtualService", "WasmPlugin", "WorkloadEntry", "WorkloadGroup",
)  # fmt: skip


def many(objects: int) -> settings:
    return settings(
        max_examples=objects * TIMES,
        derandomize=TIMES == 1,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def agree(oracle: Oracle, subject: Subject, count: int) -> None:
    """Ask both of so many objects."""

    @many(count)
    @given(body=objects(subject.body) | broken(subject.body))
    def compare(body: dict[str, Any]) -> None:
        asked = {name: held for name, held in body.items() if name != "status"}
        assert differences(subject.judge(asked), oracle.judge(subject, asked)) == ""

    compare()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS)
def test_hand_made_kinds(oracle: Oracle, subjects: Mapping[str, Subject], kind: str) -> None:
    agree(oracle, subjects[kind], 600)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ISTIO)
def test_istio(oracle: Oracle, istio: Mapping[str, Subject], kind: str) -> None:
    agree(oracle, istio[kind], 150)
