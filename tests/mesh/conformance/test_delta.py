"""Conformance, delta."""

import pytest

from tests.mesh.conformance.conftest import FULL_STATE, SHORT, TYPES, Case

whole = pytest.mark.parametrize("url", FULL_STATE, ids=SHORT.get)
every = pytest.mark.parametrize("url", TYPES, ids=SHORT.get)


@whole
async def test_a_wildcard_gets_everything_and_then_what_changes(delta: Case) -> None:
    delta.put("ABC")
    await delta.client.subscribe(delta.url)
    await delta.has({"A": 1, "B": 1, "C": 1})
    delta.put("A", 2)
    await delta.has({"A": 2, "B": 1, "C": 1})
    delta.put("D")
    await delta.has({"A": 2, "B": 1, "C": 1, "D": 1})
    await delta.quiet()
    assert delta.responses() == [set("ABC"), set("A"), set("D")]


@every
async def test_resources_are_subscribed_to_one_after_the_other(delta: Case) -> None:
    delta.put("ABC")
    await delta.client.subscribe(delta.url, "A")
    await delta.has({"A": 1})
    await delta.client.subscribe(delta.url, "B")
    await delta.has({"A": 1, "B": 1})
    await delta.quiet()
    assert delta.responses() == [set("A"), set("B")]


@every
async def test_a_change_is_sent_alone_and_changes_its_version_alone(delta: Case) -> None:
    delta.put("ABC")
    await delta.client.subscribe(delta.url, "A", "B", "C")
    await delta.has({"A": 1, "B": 1, "C": 1})
    before = {name: each.version for name, each in delta.client.resources[delta.url].items()}
    delta.put("A", 2)
    await delta.has({"A": 2, "B": 1, "C": 1})
    after = {name: each.version for name, each in delta.client.resources[delta.url].items()}
    assert {name for name in after if after[name] != before[name]} == {"A"}
    await delta.quiet()
    assert delta.responses() == [set("ABC"), set("A")]
    nonces = [each.nonce for each in delta.client.log.received if each.type_url == delta.url]
    assert len({*nonces}) == 2


@every
async def test_one_that_is_missing_is_told_and_sent_when_it_is_made(delta: Case) -> None:
    delta.put("A")
    await delta.client.subscribe(delta.url, "A", "B")
    await delta.has({"A": 1})
    first = next(each for each in delta.client.log.received if each.type_url == delta.url)
    assert list(first.removed_resources) == ["B"]
    delta.put("B")
    await delta.has({"A": 1, "B": 1})
    await delta.quiet()
    assert delta.responses() == [set("AB"), set("B")]


@every
async def test_what_goes_is_told_and_what_comes_back_too(delta: Case) -> None:
    delta.put("AB")
    await delta.client.subscribe(delta.url, "A", "B")
    await delta.has({"A": 1, "B": 1})
    delta.remove("B")
    await delta.has({"A": 1})
    assert list(delta.client.log.received[-1].removed_resources) == ["B"]
    delta.put("B", 2)
    await delta.has({"A": 1, "B": 2})
    await delta.quiet()
    assert delta.responses() == [set("AB"), set("B"), set("B")]


@every
async def test_resources_are_given_up_one_after_the_other(delta: Case) -> None:
    delta.put("AB")
    await delta.client.subscribe(delta.url, "A", "B")
    await delta.has({"A": 1, "B": 1})
    for name in "BA":
        await delta.client.unsubscribe(delta.url, name)
        await delta.heard()
        delta.put(name, 2)
        await delta.quiet()
    assert delta.responses() == [set("AB")]


@every
async def test_a_new_stream_says_what_it_has_and_is_told_what_it_misses(
    delta: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That a cluster went is told last, when routes that may name it had time to be asked for."""
    monkeypatch.setattr("galley.mesh.xds.session.RETURN_SECONDS", 0.1)
    delta.put("ABC")
    await delta.client.subscribe(delta.url, "A", "B", "C")
    await delta.has({"A": 1, "B": 1, "C": 1})
    held = dict(delta.client.initial_versions[delta.url])
    delta.put("A", 2)
    delta.remove("B")
    again = type(delta.client)(delta.mesh.address, method=delta.client.method)
    async with again:
        await again.subscribe(delta.url, "A", "B", "C", initial=held)
        await again.until(lambda: any(each.removed_resources for each in again.log.received))
        told = again.log.received
        assert [name for each in told for name in each.removed_resources] == ["B"]
        assert [each.name for message in told for each in message.resources] == ["A"]


@pytest.mark.parametrize("aggregated", ["aggregated"], indirect=True)
@pytest.mark.parametrize(("url", "other"), [TYPES[:2], TYPES[2:]], ids=["CDS LDS", "RDS EDS"])
async def test_several_types_share_a_stream(delta: Case, other: str) -> None:
    delta.put("ABC")
    delta.put("ABC", url=other)
    await delta.client.subscribe(delta.url, "B")
    await delta.client.subscribe(other, "B")
    await delta.has({"B": 1})
    await delta.has({"B": 1}, url=other)
    delta.put("B", 2)
    await delta.has({"B": 2})
    await delta.quiet()
    assert (len(delta.responses()), len(delta.responses(other))) == (2, 1)
