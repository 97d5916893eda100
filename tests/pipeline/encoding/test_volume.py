"""What all of a collection takes on a wire, kept up to date, and told of in time."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.encoding import MESH_WIRES
from pipeline.encoding.protobuf.wire_format import text
from pipeline.encoding.volume import ENVELOPE, Volume, of_all, size_of, too_long
from pipeline.model import Diagnostic, Key, Resource

COLLECTIONS = ("networking.istio.io/VirtualService", "networking.istio.io/Gateway")
KEYS = st.builds(
    Key, st.sampled_from(COLLECTIONS), st.sampled_from(("a", "b")), st.sampled_from("xyz")
)
CHANGES = st.dictionaries(KEYS, st.integers(0, 50), max_size=6)
LIMIT = 1000


def served(name: str, hosts: int = 1, kind: str = "VirtualService") -> Resource:
    body = {"spec": {"hosts": [f"{n}.example.com" for n in range(hosts)]}}
    return Resource.build(
        Key(f"networking.istio.io/{kind}", "default", name), "networking.istio.io/v1", body=body
    )


@given(st.lists(CHANGES, max_size=8))
def test_any_changes_lead_to_what_a_count_of_all_gives(steps: list[dict[Key, int]]) -> None:
    volume, held = Volume(), dict[Key, int]()
    for step in steps:
        foretold = volume.after(step)
        volume.put(step)
        held = {key: size for key, size in {**held, **step}.items() if size}
        whole = Volume()
        whole.put(held)
        assert volume.totals == whole.totals
        assert {name: total for name, total in foretold.items() if total} == {
            name: total
            for name, total in volume.totals.items()
            if name in {key.collection for key in step}
        }
    volume.clear()
    assert not volume.totals


def test_all_is_what_the_forms_take() -> None:
    resources = [served("a"), served("b", 20), served("c", kind="Unheard")]
    wire = MESH_WIRES["mcp"]
    forms = [
        wire.form(each.key.collection, wire.encode(each, each.document()), 1.5e9 + 0.25)
        for each in resources[:2]
    ]
    totals = of_all((MESH_WIRES["istio"], wire), resources)
    assert list(totals) == ["networking.istio.io/VirtualService"]
    assert abs(totals["networking.istio.io/VirtualService"] - sum(map(len, forms))) <= 8
    assert of_all((MESH_WIRES["istio"],), resources) == {}


def test_what_cannot_be_encoded_takes_nothing() -> None:
    broken = Resource.build(
        Key(COLLECTIONS[0], "default", "a"), "networking.istio.io/v1", body={"spec": {"hosts": 1}}
    )
    assert size_of(MESH_WIRES["mcp"], broken) == 0


def told(total: int) -> list[tuple[str, str]]:
    found: list[Diagnostic] = list(too_long({COLLECTIONS[0]: total - ENVELOPE}, LIMIT))
    return [(each.code, each.level.value) for each in found]


def test_it_is_told_from_four_fifths_of_the_limit_on() -> None:
    assert told(799) == []
    assert told(800) == told(1000) == [("GAL0818", "warning")]
    assert told(1001) == [("GAL0819", "warning")]


def test_the_envelope_of_a_response_is_within_what_is_allowed_for_it() -> None:
    longest = max((len(name) for name in MESH_WIRES["mcp"].bodies), default=0)  # type: ignore[attr-defined]  # of this wire
    parts = (text(1, f"r{10**12}-" + "f" * 64), text(2, "x" * (longest + 20)), text(5, "9" * 20))
    assert sum(map(len, parts)) < ENVELOPE
