"""How tables are read, and that ours hold together."""

import pytest

from pipeline.encoding.protobuf import Generation, catalogue, tables
from pipeline.encoding.protobuf.notation import Declared, Enum, Field, Message, read
from tests.pipeline.encoding.protobuf.values import ROOTS

NOW, THEN = Generation.TODAY, Generation.ISTIO_1_4

TEXT = """
Route: name 1 string, targets 2 Target*, -mode 3 Mode, +mode 3 other.Mode,
  kind(+path 5 string, port 4 uint32), labels 6 map<string,Target>, wait 20 google.Duration
Route.Target: mode 1 Mode
enum Route.Mode: ON 0, -OFF 1, +LATER 1
enum Mode: UNSET 0
"""


def fields(generation: Generation, name: str) -> tuple[Field, ...]:
    found = read("a.v1", TEXT, generation)[f"a.v1.{name}"]
    assert isinstance(found, Message)
    return found.fields


def test_fields_are_read_with_all_that_is_said_of_them() -> None:
    assert fields(NOW, "Route") == (
        Field("name", 1, "string"),
        Field("targets", 2, "a.v1.Route.Target", repeated=True),
        Field("mode", 3, "other.Mode"),
        Field("port", 4, "uint32", oneof="kind"),
        Field("path", 5, "string", oneof="kind"),
        Field("labels", 6, "a.v1.Route.Target", key="string"),
        Field("wait", 20, "google.Duration"),
    )


def test_a_generation_has_what_is_its_own_and_what_is_common() -> None:
    assert [(each.name, each.type) for each in fields(THEN, "Route")[2:4]] == [
        ("mode", "a.v1.Route.Mode"),
        ("port", "uint32"),
    ]
    enums = [read("a.v1", TEXT, each)["a.v1.Route.Mode"] for each in (THEN, NOW)]
    assert [each.numbers for each in enums if isinstance(each, Enum)] == [
        {"ON": 0, "OFF": 1},
        {"ON": 0, "LATER": 1},
    ]


def test_names_are_looked_up_from_the_message_outwards() -> None:
    assert fields(NOW, "Route.Target") == (Field("mode", 1, "a.v1.Route.Mode"),)


@pytest.mark.parametrize(
    ("name", "json_name"),
    [
        ("export_to", "exportTo"),
        ("targetRefs", "targetRefs"),
        ("consecutive_5xx_errors", "consecutive5xxErrors"),
        ("mesh_mTLS", "meshMTLS"),
    ],
)
def test_json_names_are_made_as_protobuf_makes_them(name: str, json_name: str) -> None:
    assert Field(name, 1, "string").json_name == json_name


def everything() -> list[tuple[Generation, Declared]]:
    return [
        (generation, declared)
        for generation in Generation
        for package, text in tables.TEXTS.items()
        for declared in read(package, text, generation).values()
    ]


def test_names_and_numbers_are_each_there_once() -> None:
    for _, declared in everything():
        if isinstance(declared, Message):
            numbers = [field.number for field in declared.fields]
            assert len(set(numbers)) == len(numbers), declared.name
            names = {field.json_name for field in declared.fields}
            assert len(names) == len(numbers), declared.name
        else:
            assert 0 in declared.numbers.values(), declared.name


def test_the_tables_hold_what_resources_can_hold_and_no_more() -> None:
    """Everything that a field needs is there; everything that is there, some field needs."""
    needed = {
        declared.name
        for generation in Generation
        for declared in reached({name for one, name in ROOTS if one is generation}, generation)
    }
    assert needed == {declared.name for _, declared in everything()}


def reached(names: set[str], generation: Generation) -> list[Declared]:
    """These and everything that they are made of."""
    ahead, seen, found = sorted(names), set(names), []
    while ahead:
        found.append(catalogue.declared(ahead.pop(), generation))
        own = found[-1].fields if isinstance(found[-1], Message) else ()
        new = {each.type for each in own if each.type.startswith("istio.")} - seen
        ahead += sorted(new)
        seen |= new
    return found
