"""Schema files that cannot be used, unknown kinds, and schemas that disappear."""

from collections.abc import Callable

import pytest

from pipeline import schema
from pipeline.model import Key, Level, Resource
from pipeline.schema import SchemaError, SchemaSet, SchemaText
from pipeline.stage import Outcome, Stage


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("a: [1", "GAL0310", "did not find expected"),
        pytest.param("[" * 40_000, "GAL0310", "nested more than 300 deep", id="lists"),
        pytest.param("- " * 40_000, "GAL0310", "nested more than 300 deep", id="dashes"),
        pytest.param('{"a":' * 40_000, "GAL0310", "nested more than 300 deep", id="maps"),
        ("- 1", "GAL0311", "not a mapping"),
        ("kind: Deployment\napiVersion: apps/v1", "GAL0311", "it is a 'Deployment'"),
        ("foo: bar", "GAL0311", "nothing of it is a schema"),
        ("type: object", "GAL0311", "does not say which kind"),
        (
            "apiVersion: apiextensions.k8s.io/v1beta1\nkind: CustomResourceDefinition",
            "GAL0311",
            "write it as apiextensions.k8s.io/v1",
        ),
        (
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition",
            "GAL0311",
            "the field 'spec' is missing",
        ),
        ("title: a.io/v1/Thing\ntype: strin", "GAL0312", "a.io/Thing in bad.yaml does not compile"),
        ("title: a.io/v1/Thing\n$ref: http://example.com/x", "GAL0312", "does not compile"),
    ],
)
def test_a_bad_schema_is_refused_with_its_file(text: str, code: str, says: str) -> None:
    with pytest.raises(SchemaError) as caught:
        schema.build([SchemaText("bad.yaml", text)])
    (found,) = caught.value.diagnostics
    assert (found.code, found.locator) == (code, "bad.yaml")
    assert says in found.message


@pytest.mark.parametrize(
    "change",
    [
        ("kind: Route,", "kind: 5,"),
        ("group: test.galley.dev", "group: [a]"),
        ("storage: true", "storage: false"),
        ("openAPIV3Schema:\n          type", "other:\n          type"),
        ("items: {type: string", "items: [{type: string"),
    ],
)
def test_a_damaged_crd_is_refused(texts: dict[str, SchemaText], change: tuple[str, str]) -> None:
    text = texts["routes.yaml"].text
    assert change[0] in text
    with pytest.raises(SchemaError):
        schema.build([SchemaText("routes.yaml", text.replace(*change))])


@pytest.mark.parametrize("depth", [500, 900, 5_000])
def test_a_deep_schema_in_json_is_refused(depth: int) -> None:
    """Wherever in the way of a schema the depth is too much."""
    text = '{"title": "v1/Thing", "items": ' + '{"items":' * depth + "1" + "}" * depth + "}"
    with pytest.raises(SchemaError):
        schema.build([SchemaText("deep.json", text)])


def test_dates_in_a_schema_are_text(texts: dict[str, SchemaText]) -> None:
    """As in JSON, which is what a CRD is."""
    text = texts["routes.yaml"].text.replace("default: http", "default: 2024-01-01")
    assert schema.build([SchemaText("routes.yaml", text)]).compiled


def test_a_pattern_that_go_would_refuse_is_refused(texts: dict[str, SchemaText]) -> None:
    text = texts["routes.yaml"].text.replace("^[a-z*.-]+$", "^(?!a)")
    with pytest.raises(SchemaError, match="is not a"):
        schema.build([SchemaText("routes.yaml", text)])


def test_all_bad_files_are_named_at_once() -> None:
    with pytest.raises(SchemaError) as caught:
        schema.build([SchemaText("a", "- 1"), SchemaText("b", "x: ["), SchemaText("c", "kind: X")])
    assert [each.locator for each in caught.value.diagnostics] == ["a", "b", "c"]


def test_two_different_definitions_of_a_kind_are_refused(texts: dict[str, SchemaText]) -> None:
    first = texts["routes.yaml"]
    second = SchemaText("other.yaml", first.text.replace("maxItems: 3", "maxItems: 4"))
    with pytest.raises(SchemaError, match=r"in other\.yaml and, differently, in routes\.yaml"):
        schema.build([first, second])


def test_the_same_definition_twice_is_no_matter(texts: dict[str, SchemaText]) -> None:
    first = texts["routes.yaml"]
    assert schema.build([first, SchemaText("copy.yaml", first.text)]).compiled


def test_several_documents_and_lists_are_taken_apart(texts: dict[str, SchemaText]) -> None:
    crd = "\n".join(f"    {line}" for line in texts["routes.yaml"].text.splitlines())
    text = f"# nothing\n---\napiVersion: v1\nkind: List\nitems:\n  -\n{crd}\n---\ntitle: v1/Thing"
    built = schema.build([SchemaText("all.yaml", text + "\ntype: object")])
    assert set(built.compiled) == {"test.galley.dev/Route", "core/Thing"}


def test_a_schema_that_disappears_keeps_holding_with_a_warning(schemas: SchemaSet) -> None:
    after = schema.build([], previous=schemas)
    kept = [each for each in after.diagnostics if each.code == "GAL0315"]
    assert {each.locator for each in kept} == {"routes.yaml", "service.json"}
    assert all(each.level is Level.WARNING for each in kept)
    assert after.compiled.keys() == schemas.compiled.keys()


def test_kept_schemas_can_be_built_again_from_their_text(schemas: SchemaSet) -> None:
    kept = schema.build([], previous=schemas).kept
    assert schema.build(kept).compiled.keys() == schemas.compiled.keys()


def test_a_rule_that_is_not_evaluated_gets_a_warning_that_names_it(
    texts: dict[str, SchemaText],
) -> None:
    text = texts["routes.yaml"].text.replace("has(self.spec)", "authorizer.ask(self)")
    built = schema.build([SchemaText("routes.yaml", text)])
    (found,) = built.diagnostics
    assert (found.code, found.level) == ("GAL0314", Level.WARNING)
    assert "authorizer.ask(self) (the function authorizer.ask is not known)" in found.message


def test_a_schema_that_is_made_of_something_else_is_told_where(
    texts: dict[str, SchemaText],
) -> None:
    text = texts["routes.yaml"].text.replace("note: {type: string", "note: [a], x: {type: string")
    broken = text.replace("note: [a], x:", "note: [a]\n                x:")
    with pytest.raises(SchemaError, match=r"properties\.spec\.properties\.note is not a mapping"):
        schema.build([SchemaText("routes.yaml", broken)])


def test_a_pattern_that_is_none_of_go_breaks_the_schema(texts: dict[str, SchemaText]) -> None:
    text = texts["routes.yaml"].text.replace("^[a-z*.-]+$", "[a-z")
    with pytest.raises(SchemaError, match=r"the pattern '\[a-z' is not one of RE2"):
        schema.build([SchemaText("routes.yaml", text)])


def test_a_rule_that_is_not_cel_breaks_the_schema(texts: dict[str, SchemaText]) -> None:
    text = texts["routes.yaml"].text.replace("has(self.spec)", "has(self.spec")
    with pytest.raises(SchemaError, match=r"it ends too early \(line 1, column 14\)"):
        schema.build([SchemaText("routes.yaml", text)])


def test_an_unknown_kind_gets_one_warning_with_the_nearest_known(schemas: SchemaSet) -> None:
    found = schemas.unknown("networking.istio.io/VirtalService")
    assert found is not None
    assert found.level is Level.WARNING
    assert "did you mean networking.istio.io/VirtualService" in found.message


def test_accepted_and_known_kinds_get_no_word(schemas: SchemaSet) -> None:
    assert schema.build([], unknown_kinds="accept").unknown("a.io/Thing") is None
    assert schemas.unknown("core/ConfigMap") is None


def test_refused_unknown_kinds_are_an_error_on_each_resource(
    run: Callable[[Stage, Resource], Outcome],
) -> None:
    built = schema.build([], unknown_kinds="refuse")
    thing = Resource.build(Key("a.io/Thing", "default", "one"), "a.io/v1")
    (found,) = run(built.stage, thing).diagnostics
    assert (found.code, found.level, found.key) == ("GAL0306", Level.ERROR, thing.key)


def test_values_of_sensitive_fields_are_hidden(run: Callable[[Stage, Resource], Outcome]) -> None:
    """Also where the value at fault is the map that holds them."""
    texts = "additionalProperties: {type: string}"
    text = f"title: v1/Secret\nproperties: {{type: {{type: string}}, data: {{{texts}}}}}"
    stage = schema.build([SchemaText("secret.yaml", text)]).stage
    secret = Resource.build(Key("core/Secret", "default", "s"), "v1", body={"data": {"pin": 4711}})
    (found,) = run(stage, secret).diagnostics
    assert found.path == ("data", "pin")
    assert "4711" not in found.message
    wrong = Resource.build(secret.key, "v1", body={"data": {}, "type": 4711})
    (found,) = run(stage, wrong).diagnostics
    assert "4711" in found.message


def test_what_is_as_it_was_is_not_compiled_again(texts: dict[str, SchemaText]) -> None:
    before = schema.build(tuple(texts.values()))
    name = next(iter(texts))
    moved = {**texts, name: SchemaText("elsewhere.yaml", texts[name].text)}

    same = schema.build(tuple(moved.values()), previous=before)
    other = schema.build(tuple(moved.values()), unknown_fields="prune", previous=before)

    for collection, compiled in same.compiled.items():
        assert compiled.validator is before.compiled[collection].validator
        assert compiled.validator is not other.compiled[collection].validator
    places = {compiled.source.locator for compiled in same.compiled.values()}
    assert "elsewhere.yaml" in places
    assert name not in places


def test_what_has_changed_is_compiled_again(texts: dict[str, SchemaText]) -> None:
    title = '{"title": "a.io/v1/Thing", "type": "object", "required": ["%s"]}'
    before = schema.build([*texts.values(), SchemaText("thing", title % "one")])
    after = schema.build([*texts.values(), SchemaText("thing", title % "two")], previous=before)

    again = {
        collection
        for collection, compiled in after.compiled.items()
        if compiled.validator is not before.compiled[collection].validator
    }
    assert again == {"a.io/Thing"}
