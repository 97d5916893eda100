"""Conformance, state of the world."""

import pytest

from tests.mesh.conformance.conftest import FULL_STATE, SHORT, TYPES, Case

whole = pytest.mark.parametrize("url", FULL_STATE, ids=SHORT.get)
partial = pytest.mark.parametrize("url", [t for t in TYPES if t not in FULL_STATE], ids=SHORT.get)
every = pytest.mark.parametrize("url", TYPES, ids=SHORT.get)


@whole
async def test_a_wildcard_gets_everything(world: Case) -> None:
    world.put("ABC")
    await world.client.subscribe(world.url)
    await world.has({"A": 1, "B": 1, "C": 1})
    await world.quiet()
    assert len(world.responses()) == 1


@whole
async def test_a_wildcard_gets_changes(world: Case) -> None:
    world.put("ABC")
    await world.client.subscribe(world.url)
    await world.has({"A": 1, "B": 1, "C": 1})
    world.put("A", 2)
    await world.has({"A": 2, "B": 1, "C": 1})
    await world.quiet()
    assert world.responses() == [set("ABC"), set("ABC")]


@whole
async def test_a_wildcard_gets_what_is_new(world: Case) -> None:
    world.put("ABC")
    await world.client.subscribe(world.url)
    await world.has({"A": 1, "B": 1, "C": 1})
    world.put("D", 2)
    await world.has({"A": 1, "B": 1, "C": 1, "D": 2})
    await world.quiet()
    assert len(world.responses()) == 2


@whole
async def test_a_wildcard_loses_what_goes(world: Case) -> None:
    world.put("ABC")
    await world.client.subscribe(world.url)
    await world.has({"A": 1, "B": 1, "C": 1})
    world.remove("B")
    await world.has({"A": 1, "C": 1})


@every
async def test_who_names_resources_gets_only_these(world: Case) -> None:
    world.put("ABCD")
    await world.client.subscribe(world.url, "B", "D")
    await world.has({"B": 1, "D": 1})
    await world.quiet()
    assert world.responses() == [set("BD")]


@whole
async def test_a_change_of_one_that_is_named_brings_all_that_are(world: Case) -> None:
    world.put("ABCD")
    await world.client.subscribe(world.url, "B", "D")
    await world.has({"B": 1, "D": 1})
    world.put("B", 2)
    await world.has({"B": 2, "D": 1})
    await world.quiet()
    assert world.responses() == [set("BD"), set("BD")]


@partial
async def test_a_change_of_one_that_is_named_brings_that_one(world: Case) -> None:
    world.put("ABCD")
    await world.client.subscribe(world.url, "B", "D")
    await world.has({"B": 1, "D": 1})
    world.put("B", 2)
    await world.has({"B": 2, "D": 1})
    await world.quiet()
    assert world.responses() == [set("BD"), set("B")]


@every
async def test_a_change_of_what_is_not_named_is_not_told(world: Case) -> None:
    world.put("ABCD")
    await world.client.subscribe(world.url, "B", "D")
    await world.has({"B": 1, "D": 1})
    world.put("AC", 2)
    await world.quiet()
    assert len(world.responses()) == 1


@whole
async def test_what_was_missing_comes_with_the_others_when_it_is_made(world: Case) -> None:
    world.put("ABCD")
    await world.client.subscribe(world.url, "A", "Z")
    await world.has({"A": 1})
    world.put("Z", 2)
    await world.has({"A": 1, "Z": 2})
    await world.quiet()
    assert world.responses() == [set("A"), set("AZ")]


@partial
async def test_what_was_missing_comes_alone_when_it_is_made(world: Case) -> None:
    world.put("ABCD")
    await world.client.subscribe(world.url, "A", "Z")
    await world.has({"A": 1})
    world.put("Z", 2)
    await world.has({"A": 1, "Z": 2})
    await world.quiet()
    assert world.responses() == [set("A"), set("Z")]


@every
async def test_some_can_be_given_up(world: Case) -> None:
    world.put("FABCD")
    await world.client.subscribe(world.url, "A", "B", "C")
    await world.has({"A": 1, "B": 1, "C": 1})
    await world.client.subscribe(world.url, "A", "C")
    await world.heard()
    world.put("B", 2)
    world.put("AC", 2)
    await world.client.until(lambda: len(world.responses()) >= 2)
    await world.quiet()
    assert all("B" not in each for each in world.responses()[1:])
    held = world.client.resources[world.url]
    assert {held[name].version for name in "AC"} == {world.client.versions[world.url]}


@every
async def test_all_can_be_given_up_and_nothing_more_comes(world: Case) -> None:
    world.put("ABCD")
    await world.client.subscribe(world.url, "A", "B")
    await world.has({"A": 1, "B": 1})
    await world.client.subscribe(world.url)
    await world.heard()
    world.put("AB", 2)
    world.put("A", 3)
    await world.quiet()
    assert world.responses() == [set("AB")]
    await world.client.subscribe(world.url, "A")
    await world.client.until(lambda: len(world.responses()) == 2)
    assert world.responses()[1] == set("A")


@whole
async def test_an_explicit_wildcard_can_be_given_up(world: Case) -> None:
    """Empty names mean everything only on a stream that has never named any."""
    world.put("AB")
    await world.client.subscribe(world.url, "*")
    await world.has({"A": 1, "B": 1})
    await world.client.subscribe(world.url)
    await world.heard()
    world.put("AB", 2)
    await world.quiet()
    assert world.responses() == [set("AB")]


@every
async def test_a_name_that_is_added_is_sent_although_nothing_changed(world: Case) -> None:
    world.put("ABC")
    await world.client.subscribe(world.url, "A")
    await world.has({"A": 1})
    await world.client.subscribe(world.url, "A", "B")
    await world.has({"A": 1, "B": 1})
    await world.quiet()
    assert len(world.responses()) == 2


@pytest.mark.parametrize("aggregated", ["aggregated"], indirect=True)
@pytest.mark.parametrize(("url", "other"), [TYPES[:2], TYPES[2:]], ids=["CDS LDS", "RDS EDS"])
async def test_several_types_share_a_stream(world: Case, other: str) -> None:
    world.put("ABC")
    world.put("ABC", url=other)
    await world.client.subscribe(world.url, "B")
    await world.has({"B": 1})
    await world.client.subscribe(other, "B")
    await world.has({"B": 1}, url=other)
    world.put("B", 2)
    await world.has({"B": 2})
    await world.quiet()
    assert (len(world.responses()), len(world.responses(other))) == (2, 1)
