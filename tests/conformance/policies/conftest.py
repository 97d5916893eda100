"""An API server with policies of its own, and ours, asked the same."""

from collections.abc import Iterator

import pytest

from tests.cluster.server import Cluster
from tests.conformance.policies.cases import POLICIES
from tests.conformance.policies.server import PolicyServer


@pytest.fixture(scope="session")
def server(cluster: Cluster) -> Iterator[PolicyServer]:
    """All policies are installed at once: a server takes up to a second to notice them."""
    with PolicyServer.of(cluster) as made:
        for name, policy in POLICIES.items():
            made.install(name, policy)
        for name in POLICIES:
            made.await_force(name)
        yield made
