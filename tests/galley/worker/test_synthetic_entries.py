"""Synthetic ServiceEntries: derived from what is accepted and observed, and observed themselves."""

import json
from typing import Any

import pytest

from pipeline.model import Key, Resource

OBSERVED = "mesh.observed"
ENTRY = "networking.istio.io/SyntheticServiceEntry/shop/cart"
TRANSFORMS = ({"type": "service-entries"},)
REFUSED = {
    "name": "no-bad",
    "match": {"kinds": ["Service"]},
    "rule": "!has(object.metadata.labels.bad)",
    "message": "bad is not allowed",
    "level": "error",
}


def service(port: int = 80, **labels: str) -> Resource:
    spec = {"clusterIP": "10.96.0.7", "ports": [{"name": "http", "port": port}]}
    key = Key("core/Service", "shop", "cart")
    return Resource.build(key, "v1", labels=labels, body={"spec": spec})


def endpoints(*addresses: str) -> Resource:
    listed = [{"addresses": [address]} for address in addresses]
    return Resource.build(
        Key("discovery.k8s.io/EndpointSlice", "shop", "cart-1"),
        "discovery.k8s.io/v1",
        labels={"kubernetes.io/service-name": "cart"},
        body={"endpoints": listed, "ports": [{"name": "http", "port": 8080}]},
    )


def spec(rig: Any) -> dict[str, Any]:
    """Of the entry that subscribers of the companion have; empty without one."""
    held = rig.live[OBSERVED].get(ENTRY)
    return Resource.decode(held).document().body["spec"] if held else {}


def addresses(rig: Any) -> list[str]:
    return [each["address"] for each in spec(rig).get("endpoints", ())]


def ports(rig: Any) -> list[int]:
    return [each["number"] for each in spec(rig).get("ports", ())]


@pytest.fixture
async def mesh(new_rig: Any) -> Any:
    """A service `cart` with one endpoint."""
    rig = await new_rig(transforms=TRANSFORMS, policies=(REFUSED,))
    rig.put("s", service())
    rig.put("e", endpoints("10.0.0.1"))
    await rig.until(lambda: addresses(rig) == ["10.0.0.1"])
    return rig


async def test_entries_come_to_the_companion_only(mesh: Any) -> None:
    await mesh.until(lambda: list(mesh.live["mesh"]) == ["core/Service/shop/cart"])
    assert set(mesh.live[OBSERVED]) == {ENTRY, "discovery.k8s.io/EndpointSlice/shop/cart-1"}


async def test_an_endpoint_makes_no_version_of_the_configuration(mesh: Any) -> None:
    await mesh.until(lambda: mesh.version == 1)
    mesh.put("e", endpoints("10.0.0.1", "10.0.0.2"))
    await mesh.until(lambda: addresses(mesh) == ["10.0.0.1", "10.0.0.2"])
    mesh.put("s", service(81))
    await mesh.until(lambda: ports(mesh) == [81])
    assert mesh.version == 2


async def test_an_entry_follows_what_is_accepted_of_its_service(mesh: Any) -> None:
    """A refused Service has not changed; its endpoints have, and are followed."""
    mesh.put("s", service(81, bad="yes"))

    async def refused() -> bool:
        return bool((await mesh.ask("channel"))["blocked"])

    await mesh.eventually(refused)
    mesh.put("e", endpoints("10.0.0.2"))
    await mesh.until(lambda: addresses(mesh) == ["10.0.0.2"])
    assert ports(mesh) == [80]
    mesh.put("s", service(82))
    await mesh.until(lambda: ports(mesh) == [82])


async def test_endpoints_are_followed_while_the_channel_is_held(mesh: Any) -> None:
    await mesh.ask("hold", reason="freeze")
    mesh.put("s", service(81))
    mesh.put("e", endpoints("10.0.0.2"))
    await mesh.until(lambda: addresses(mesh) == ["10.0.0.2"])
    assert ports(mesh) == [80]


async def test_a_rollback_takes_the_service_back_and_not_what_is_observed(mesh: Any) -> None:
    mesh.put("s", service(81))
    mesh.put("e", endpoints("10.0.0.2"))
    await mesh.until(lambda: ports(mesh) == [81] and addresses(mesh) == ["10.0.0.2"])
    await mesh.ask("rollback", target="1", reason="wrong port", hold=True)
    await mesh.until(lambda: ports(mesh) == [80])
    assert addresses(mesh) == ["10.0.0.2"]


async def test_that_every_entry_goes_is_no_deletion_to_confirm(new_rig: Any) -> None:
    """The budget counts the Services; an entry that cannot be made any more is not one of them."""
    rig = await new_rig(transforms=TRANSFORMS)
    for number in range(15):
        key = Key("core/Service", "shop", f"s{number}")
        rig.put(f"s{number}", service().with_metadata(key=key, labels={}, annotations={}))
    await rig.until(lambda: len(rig.live[OBSERVED]) == 15)
    rig.options["transforms"] = ({**TRANSFORMS[0], "match": {"labels": "none"}},)
    await rig.ask("reconfigure", settings=rig.options)
    await rig.until(lambda: not rig.live[OBSERVED])
    assert len(rig.live["mesh"]) == 15
    assert not (await rig.ask("channel"))["parked"]


async def test_without_the_transform_there_are_no_entries_any_more(mesh: Any) -> None:
    mesh.options["transforms"] = ()
    await mesh.ask("reconfigure", settings=mesh.options)
    await mesh.until(
        lambda: list(mesh.live[OBSERVED]) == ["discovery.k8s.io/EndpointSlice/shop/cart-1"]
    )
    mesh.options["transforms"] = TRANSFORMS
    await mesh.ask("reconfigure", settings=mesh.options)
    await mesh.until(lambda: addresses(mesh) == ["10.0.0.1"])


async def test_a_new_process_has_the_same_entries_before_it_has_read_anything(mesh: Any) -> None:
    before = dict(mesh.live[OBSERVED])
    await mesh.restart(replay=False)
    await mesh.until(lambda: mesh.live[OBSERVED] == before)
    mesh.put("e", endpoints("10.0.0.2"))
    await mesh.until(lambda: addresses(mesh) == ["10.0.0.2"])


async def test_an_entry_is_traced_to_its_parents(mesh: Any) -> None:
    found = await mesh.ask("trace", resource=ENTRY)
    assert [each["resource"] for each in found["parents"]] == ["core/Service/shop/cart"]
    assert found["looked_up"] == ["discovery.k8s.io/EndpointSlice/shop/cart-1"]
    assert (found["channel"], found["state"]) == (OBSERVED, "live")
    assert (found["source"], found["file"]) == ("memory", "s")
    assert found["since"] == found["versions"][0]
    made = {step["stage"]: step["outputs"] for step in found["stages"]}
    assert made["transform/service-entries-1"] == ["core/Service/shop/cart", ENTRY]

    slice_ = await mesh.ask("trace", resource="discovery.k8s.io/EndpointSlice/shop/cart-1")
    assert (slice_["channel"], slice_["state"], slice_["file"]) == (OBSERVED, "live", "e")
    assert (slice_["parents"], slice_["looked_up"]) == ([], [])


async def test_what_entries_lack_is_told_once(mesh: Any) -> None:
    found = await mesh.ask("diagnostics", code="GAL0443")
    assert [each["message"].rpartition(" ")[2] for each in found] == ["Pods.", "Nodes."]
    assert json.dumps(found).count("service-entries-1") == 2
