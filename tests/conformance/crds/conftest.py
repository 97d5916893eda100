"""CRDs in a real API server and in our validator."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.server import Cluster
from tests.conformance.crds.oracle import Oracle, Subject

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def oracle(cluster: Cluster) -> Iterator[Oracle]:
    made = Oracle(cluster)
    yield made
    made.close()


@pytest.fixture(scope="session")
def subjects(oracle: Oracle) -> Mapping[str, Subject]:
    """The hand-made kinds, by name."""
    return _installed(oracle, *sorted(DATA.glob("*.yaml")))


@pytest.fixture(scope="session")
def istio(oracle: Oracle) -> Mapping[str, Subject]:
    """Istio's kinds, by name."""
    path = os.environ.get("GALLEY_ISTIO_CRDS")
    if not path:
        pytest.skip(
            "set GALLEY_ISTIO_CRDS to a file with Istio's CRDs: crd-all.gen.yaml of a release"
        )
    return _installed(oracle, Path(path))


def _installed(oracle: Oracle, *paths: Path) -> Mapping[str, Subject]:
    found: dict[str, Subject] = {}
    for path in paths:
        for crd in yaml.safe_load_all(path.read_text()):
            if crd and crd.get("kind") == "CustomResourceDefinition":
                oracle.install(crd)
                found[crd["spec"]["names"]["kind"]] = Subject.of(crd)
    return found


def spec(**fields: Any) -> dict[str, Any]:
    return {"spec": fields}
