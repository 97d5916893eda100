"""The wires of Istio: what they carry, what a resource is on them, what does not fit."""

import csv
from pathlib import Path
from typing import Any, get_args

import pytest
from google.protobuf.message import Message as GoogleMessage

from galley.settings import WireName
from pipeline.encoding import MESH_WIRES, UncarriableError, UnknownWireError, wires
from pipeline.encoding.istio import ISTIO, MCP
from pipeline.encoding.protobuf import decode
from pipeline.encoding.protobuf.wire_format import nested
from pipeline.model import Diagnostic, Key, Resource
from tests.pipeline.encoding.protobuf.descriptors import class_of

COLLECTIONS = Path(__file__).parents[2] / "data" / "kinds" / "collections.tsv"
PREFIX = "type.googleapis.com/"
PROTOCOL = """
Any: type_url 1 string, value 2 bytes
Metadata: name 1 string, create_time 2 google.Timestamp, version 3 string,
  labels 4 map<string,string>, annotations 5 map<string,string>
Resource: metadata 1 Metadata, body 2 Any
"""


def resource(kind: str, spec: Any, name: str = "one", **others: Any) -> Resource:
    group, _, collection = kind.rpartition("/")
    labels = {"b": "2", "a": "1"}
    return Resource.build(
        Key(f"{group}/{collection}", "prod", name),
        f"{group}/v1",
        labels=labels,
        annotations={"note": ""},
        body={"spec": spec, **others},
    )


def refused(wire: Any, one: Resource) -> list[Diagnostic]:
    with pytest.raises(UncarriableError) as caught:
        wire.encode(one, one.document())
    return list(caught.value.diagnostics)


@pytest.fixture(scope="module")
def read() -> Any:
    """What protobuf's own library reads from a resource of MCP."""
    return class_of("Resource", "istio.mcp.v1alpha1", PROTOCOL).FromString


def rows(prefix: str) -> set[str]:
    """The collections that the original, or istiod, knows under such names."""
    with COLLECTIONS.open() as file:
        return {
            row["collection"]
            for row in csv.DictReader(file, delimiter="\t")
            if row["served as"].startswith(prefix)
        }


def test_mcp_carries_every_collection_of_the_original_but_those_of_kubernetes() -> None:
    assert MCP.bodies.keys() == rows("istio/")


def test_every_type_that_istiod_asks_for_is_carried() -> None:
    asked = {
        collection
        for prefix in ("core/v1alpha1/MeshConfig", "networking.istio.io/", "security.istio.io/")
        for collection in rows(prefix)
    } | rows("telemetry.istio.io/")
    assert asked | rows("extensions.istio.io/") == ISTIO.bodies.keys()


def test_the_settings_know_the_wires() -> None:
    assert set(get_args(WireName)) == MESH_WIRES.keys()
    assert wires(("mcp", "istio", "mcp")) == (ISTIO, MCP)
    with pytest.raises(UnknownWireError, match="no wire morse; a channel can name envoy, istio,"):
        wires(("morse", "mcp"))


def test_a_resource_has_metadata_and_its_message(read: Any) -> None:
    one = resource("networking.istio.io/VirtualService", {"hosts": ["a"]})
    said: GoogleMessage = read(MCP.encode(one, one.document()))
    metadata, body = said.metadata, said.body  # type: ignore[attr-defined]  # made above
    assert metadata.name == "prod/one"
    assert metadata.version == one.digest.hex()[:32]
    assert dict(metadata.labels) == {"a": "1", "b": "2"}
    assert dict(metadata.annotations) == {"note": ""}
    assert body.type_url == f"{PREFIX}istio.networking.v1alpha3.VirtualService"
    assert body.value == b"\x0a\x01a"


def test_the_creation_time_can_be_put_behind_it(read: Any) -> None:
    """Protobuf merges what is there twice, so the bytes of the content need not be touched."""
    one = resource("networking.istio.io/VirtualService", {})
    time = nested(1, nested(2, b"\x08\x05"))
    said = read(MCP.encode(one, one.document()) + time)
    assert (said.metadata.name, said.metadata.create_time.seconds) == ("prod/one", 5)
    assert dict(said.metadata.labels) == {"a": "1", "b": "2"}


def test_what_belongs_to_the_whole_cluster_has_its_name_alone(read: Any) -> None:
    key = Key("authentication.istio.io/MeshPolicy", "", "default")
    one = Resource.build(key, "authentication.istio.io/v1alpha1", body={"spec": {}})
    said = read(MCP.encode(one, one.document()))
    assert said.metadata.name == "default"
    assert said.body.type_url == f"{PREFIX}istio.authentication.v1alpha1.Policy"


def test_kinds_without_a_message_travel_as_they_are(read: Any) -> None:
    one = resource("config.istio.io/memquota", {"quotas": [{"name": "a"}]})
    said = read(MCP.encode(one, one.document()))
    assert said.body.type_url == f"{PREFIX}google.protobuf.Struct"
    assert said.body.value.startswith(b"\x0a")


def test_a_mesh_config_travels_bare_to_istiod_and_in_a_resource_over_mcp(read: Any) -> None:
    one = resource("mesh.istio.io/MeshConfig", {"trustDomain": "a"})
    message = "istio.mesh.v1alpha1.MeshConfig"
    bare = ISTIO.encode(one, one.document())
    assert decode(message, bare, ISTIO.generation) == {"trustDomain": "a"}
    assert read(MCP.encode(one, one.document())).body.type_url == PREFIX + message


def test_equal_content_has_equal_bytes_and_other_content_another_version(read: Any) -> None:
    one, same = (resource("networking.istio.io/Sidecar", {}) for _ in range(2))
    assert ISTIO.encode(one, one.document()) == ISTIO.encode(same, same.document())
    other = resource("networking.istio.io/Sidecar", {"egress": []})
    versions = {read(ISTIO.encode(each, each.document())).metadata.version for each in (one, other)}
    assert len(versions) == 2


def test_what_does_not_fit_is_told_with_its_field() -> None:
    one = resource("networking.istio.io/VirtualService", {"http": [{"timeout": 5}]})
    (found,) = refused(MCP, one)
    assert (found.code, found.key, found.path) == (
        "GAL0803",
        one.key,
        ("spec", "http", 0, "timeout"),
    )
    assert found.blocking
    assert found.message == (
        "The field spec.http[0].timeout must be a duration such as 1.5s for Istio 1.4 on the mcp"
        " wire, not 5."
    )


def test_there_is_no_place_beside_the_body() -> None:
    one = resource("networking.istio.io/VirtualService", {"host": 1}, extra={})
    assert [(each.code, each.path) for each in refused(ISTIO, one)] == [
        ("GAL0802", ("extra",)),
        ("GAL0802", ("spec", "host")),
    ]


@pytest.mark.parametrize("spec", [None, {}])
def test_a_resource_may_say_nothing(read: Any, spec: Any) -> None:
    one = resource("security.istio.io/AuthorizationPolicy", spec)
    said = read(ISTIO.encode(one, one.document()))
    assert (said.metadata.name, said.body.value) == ("prod/one", b"")


def test_a_body_that_is_no_mapping_is_refused() -> None:
    (found,) = refused(ISTIO, resource("networking.istio.io/Sidecar", [1]))
    assert (found.code, found.path) == ("GAL0803", ("spec",))


@pytest.mark.parametrize(
    "spec",
    [{"hosts": [1] * 30}, {str(n): 1 for n in range(30)}, {"http": [{"match": [1] * 9}] * 9}],
    ids=["a list", "a message", "lists in lists"],
)
def test_a_resource_with_many_mistakes_does_not_fill_the_page(spec: Any) -> None:
    *listed, more = refused(ISTIO, resource("networking.istio.io/VirtualService", spec))
    assert len(listed) == 20
    assert {each.code for each in listed} <= {"GAL0802", "GAL0803"}
    assert (more.code, more.path) == ("GAL0807", ())


def test_twenty_mistakes_are_all_that_there_are() -> None:
    found = refused(ISTIO, resource("networking.istio.io/VirtualService", {"hosts": [1] * 20}))
    assert [each.code for each in found] == ["GAL0803"] * 20
