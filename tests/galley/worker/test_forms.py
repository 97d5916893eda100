"""What the service is told of resources on the wires of meshes, and when."""

from collections.abc import Awaitable, Callable
from typing import Any

from pipeline.encoding import MESH_WIRES
from pipeline.encoding.protobuf.wire_format import fields
from pipeline.model import Key, Resource

ROUTE = "networking.istio.io/VirtualService/default/"
ENTRY = "networking.istio.io/SyntheticServiceEntry/shop/cart"
OBSERVED = "mesh.observed"
NewRig = Callable[..., Awaitable[Any]]


def route(name: str, **spec: Any) -> Resource:
    key = Key("networking.istio.io/VirtualService", "default", name)
    return Resource.build(key, "networking.istio.io/v1", body={"spec": spec or {"hosts": [name]}})


def told(rig: Any, line: str = "mesh") -> list[str]:
    """Events of a line since they were last forgotten, each kind once in a row."""
    events = [event for name, event, _ in rig.events if name == line]
    return [each for each, before in zip(events, ["", *events], strict=False) if each != before]


def created(form: bytes) -> int:
    """Seconds in the creation time of a form on the wire mcp: the last field 1 of the resource."""
    ((number, resource),) = fields(form)
    assert number == 3
    metadata = [value for number, value in fields(_bytes(resource)) if number == 1]
    stamp = dict(fields(_bytes(dict(fields(_bytes(metadata[-1])))[2])))
    return int(stamp[1])


def _bytes(value: int | bytes) -> bytes:
    assert isinstance(value, bytes)
    return value


async def test_a_version_is_told_with_its_forms_before_it_is_live(new_rig: NewRig) -> None:
    rig = await new_rig(wires=("mcp", "istio"))
    rig.put("a", route("a"))
    await rig.until(lambda: rig.version == 1)
    assert told(rig)[-2:] == ["forms", "published"]
    form = rig.forms["mesh"][ROUTE + "a"]
    assert set(form) == {"mcp", "istio"}
    resource = route("a")
    (held,) = rig.live["mesh"].values()
    assert Resource.decode(held).digest == resource.digest
    for name, told_form in form.items():
        wire = MESH_WIRES[name]
        encoded = wire.encode(resource, resource.document())
        assert encoded in told_form
    assert created(form["mcp"]) > 1_600_000_000


async def test_without_wires_nothing_is_told_of_forms(new_rig: NewRig) -> None:
    rig = await new_rig()
    rig.put("a", route("a"))
    await rig.until(lambda: rig.version == 1)
    assert not {"forms", "wires"} & set(told(rig))


async def test_what_no_wire_carries_has_no_form(new_rig: NewRig, make: Any) -> None:
    rig = await new_rig(wires=("mcp", "istio"))
    rig.put("a", route("a"), make("c", x="1"))
    await rig.until(lambda: rig.version == 1)
    assert set(rig.forms["mesh"]) == {ROUTE + "a"}


async def test_creation_times_are_those_of_the_store_after_changes_and_a_restart(
    new_rig: NewRig,
) -> None:
    rig = await new_rig(wires=("mcp",))
    rig.put("a", route("a"))
    await rig.until(lambda: rig.version == 1)
    first = rig.forms["mesh"][ROUTE + "a"]["mcp"]
    rig.put("a", route("a", hosts=["other"]))
    await rig.until(lambda: rig.version == 2)
    second = rig.forms["mesh"][ROUTE + "a"]["mcp"]
    assert first != second
    assert created(first) == created(second)
    rig.forms["mesh"].clear()
    rig.events.clear()
    await rig.restart()
    await rig.until(lambda: any(each[1] == "wires" and each[2]["wires"] for each in rig.events))
    assert rig.forms["mesh"] == {ROUTE + "a": {"mcp": second}}
    events = told(rig)
    assert events[:2] == ["opened", "live"]
    assert events.index("live") < events.index("forms")


async def test_other_wires_are_told_everything_again_and_the_same_nothing(
    new_rig: NewRig,
) -> None:
    rig = await new_rig(wires=("mcp",))
    rig.put("a", route("a"))
    await rig.until(lambda: rig.version == 1)
    rig.events.clear()
    await rig.ask("reconfigure", settings=rig.options | {"publish": {"quiet": 0.1}})
    assert not {"forms", "wires"} & set(told(rig))
    await rig.ask("reconfigure", settings=rig.options | {"wires": ("mcp", "istio")})
    await rig.until(lambda: ("mesh", ["istio", "mcp"]) in wires(rig))
    assert [each for line, each in wires(rig) if line == "mesh"] == [[], ["istio", "mcp"]]
    assert told(rig)[:3] == ["wires", "forms", "wires"]
    assert set(rig.forms["mesh"][ROUTE + "a"]) == {"mcp", "istio"}
    rig.events.clear()
    await rig.ask("reconfigure", settings=rig.options | {"wires": ()})
    await rig.until(lambda: ("mesh", []) in wires(rig))
    assert "forms" not in told(rig)


def wires(rig: Any) -> list[tuple[str, list[str]]]:
    return [(line, sorted(said["wires"])) for line, event, said in rig.events if event == "wires"]


async def test_what_cannot_be_encoded_is_not_live_and_has_no_form(new_rig: NewRig) -> None:
    """It is a finding that blocks; what was live before goes on."""
    rig = await new_rig(wires=("istio",))
    rig.put("a", route("a"))
    await rig.until(lambda: rig.version == 1)
    before = dict(rig.forms["mesh"])
    rig.put("b", route("b", hosts={"not": "a list"}))
    rig.put("c", route("c"))

    async def blocked() -> bool:
        found = await rig.ask("diagnostics")
        return any("VirtualService" in str(each) and "hosts" in str(each) for each in found)

    await rig.eventually(blocked)
    assert ROUTE + "b" not in rig.forms["mesh"]
    assert rig.forms["mesh"].items() >= before.items()


async def test_the_companion_line_has_forms_of_synthetic_entries(new_rig: NewRig) -> None:
    rig = await new_rig(wires=("mcp",), transforms=({"type": "service-entries"},))
    spec = {"clusterIP": "10.96.0.7", "ports": [{"name": "http", "port": 80}]}
    rig.put(
        "service",
        Resource.build(Key("core/Service", "shop", "cart"), "v1", body={"spec": spec}),
    )
    slice_key = Key("discovery.k8s.io/EndpointSlice", "shop", "cart-1")
    body = {
        "endpoints": [{"addresses": ["10.0.0.1"]}],
        "ports": [{"name": "http", "port": 8080}],
    }
    labels = {"kubernetes.io/service-name": "cart"}
    rig.put(
        "slice",
        Resource.build(slice_key, "discovery.k8s.io/v1", labels=labels, body=body),
    )
    await rig.until(lambda: b"10.0.0.1" in rig.forms[OBSERVED].get(ENTRY, {}).get("mcp", b""))
    assert created(rig.forms[OBSERVED][ENTRY]["mcp"]) > 1_600_000_000
