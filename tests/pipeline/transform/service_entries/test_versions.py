"""What tells Pilot how much to push: a version of the Service and one of its endpoints."""

from typing import Any

import pytest


@pytest.fixture
def made(mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any) -> Any:
    listed = slice_of(endpoint("10.0.0.1", "a"), endpoint("10.0.0.2", "b"))
    return mesh().apply(service(), listed, pod("a"), pod("b"))


def changed(made: Any, *resources: Any) -> tuple[bool, bool]:
    """Whether the version of the Service is another afterwards, and that of the endpoints."""
    before = made.versions
    made.apply(*resources)
    return before[0] != made.versions[0], before[1] != made.versions[1]


def test_an_endpoint_more_or_less_concerns_the_endpoints(
    made: Any, slice_of: Any, endpoint: Any
) -> None:
    assert changed(made, slice_of(endpoint("10.0.0.1", "a"))) == (False, True)


def test_labels_of_a_pod_concern_the_endpoints(made: Any, pod: Any) -> None:
    """The original told Pilot nothing of them."""
    assert changed(made, pod("a", labels={"version": "v2"})) == (False, True)


def test_what_becomes_not_ready_concerns_the_endpoints(
    made: Any, slice_of: Any, endpoint: Any
) -> None:
    before = made.waiting
    listed = slice_of(endpoint("10.0.0.1", "a"), endpoint("10.0.0.2", "b", ready=False))
    assert changed(made, listed) == (False, True)
    assert (before, made.waiting) == ("", "10.0.0.2:8080")


def test_what_was_never_ready_concerns_the_endpoints(
    made: Any, slice_of: Any, endpoint: Any
) -> None:
    """Its proxy gets its listeners of it."""
    held = (endpoint("10.0.0.1", "a"), endpoint("10.0.0.2", "b"))
    assert changed(made, slice_of(*held, endpoint("10.0.0.3", ready=False))) == (False, True)


def test_another_identity_concerns_all_proxies(made: Any, pod: Any) -> None:
    """What they verify is not part of endpoints; the original sent only these."""
    assert changed(made, pod("a", account="other")) == (True, False)


def test_the_first_and_the_last_endpoint_concern_all_proxies(
    made: Any, slice_of: Any, endpoint: Any
) -> None:
    """Without any, traffic is passed through: that is another kind of cluster."""
    assert changed(made, slice_of()) == (True, True)
    assert changed(made, slice_of(endpoint("10.0.0.1", "a"))) == (True, True)


def test_a_port_or_label_of_the_service_concerns_all_proxies(made: Any, service: Any) -> None:
    assert changed(made, service(labels={"a": "b"})) == (True, False)
    more = [{"name": "http", "port": 80}, {"name": "grpc", "port": 90}]
    assert changed(made, service(labels={"a": "b"}, ports=more)) == (True, False)


def test_what_makes_no_difference_to_the_entry_is_no_change_of_it(
    made: Any, service: Any, pod: Any
) -> None:
    before = made.entry
    evaluation = made.engine.apply(
        {item.key: item for item in (service(sessionAffinity="ClientIP"), pod("a", priority=7))}
    )
    assert made.entry == before
    assert not any("Synthetic" in key.collection for key in evaluation.changed)


def test_one_change_makes_one_entry_anew(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any
) -> None:
    """However many Services there are, and however many of them a change has nothing to do with."""
    made = mesh()
    for number in range(50):
        name = f"other-{number}"
        other = service().with_metadata(
            key=service().key._replace(name=name), labels={}, annotations={}
        )
        behind = slice_of(endpoint(f"10.1.0.{number}", name), name=name).with_metadata(
            labels={"kubernetes.io/service-name": name}, annotations={}
        )
        made.apply(other, behind, pod(name))
    made.apply(service(), slice_of(endpoint("10.0.0.1", "a")), pod("a"))
    for changed in (slice_of(endpoint("10.0.0.2", "a")), pod("a", labels={"version": "v2"})):
        evaluation = made.engine.apply({changed.key: changed})
        assert evaluation.ran["transform/service-entries-1"] == 1
        assert [key.name for key in evaluation.changed if "Synthetic" in key.collection] == ["cart"]
