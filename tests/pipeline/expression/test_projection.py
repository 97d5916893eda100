"""CEL is given only what rules look at, and no answer differs for it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.expression import Given, Language, looked_at, project

ALL: dict[str, Any] = {}


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        ("true", {}),
        ("object.a.b == 1", {"a": {"b": None}}),
        ("object . a\n. b // object\n == 1", {"a": {"b": None}}),
        ("has(object.a.b) && object.a.c > 0", {"a": {"b": None, "c": None}}),
        ("object.a.b > 0 && size(object.a) > 0", {"a": None}),
        ("size(object.a) > 0 && object.a.b > 0", {"a": None}),
        ("object.a.b.size() > 0", {"a": {"b": None}}),
        ("object.a.exists(x, x.b)", {"a": None}),
        ("object.a['b'].c", {"a": None}),
        ("object['a'].b", None),
        ("object == object", None),
        ("[object].size() == 1", None),
        ("'object.a' == \"object.b\" + '''object'''", {}),
        (r"'it\'s object' == object.c", {"c": None}),
        (r"r'\' == object.c || r'' == 'object'", {"c": None}),
        ("subject.object.a + x.?object.b", {}),
        ("my_object == objects", {}),
        (".object.a == 1 && (.object.b)", {"a": None, "b": None}),
        ("object.?a.?b.orValue(1) == 1", {"a": {"b": None}}),
        ("object[?'a'].b == 1", None),
    ],
)
def test_the_parts_are_read_off_the_expression(
    expression: str, parts: dict[str, Any] | None
) -> None:
    assert looked_at([expression]) == parts


def test_several_expressions_share_their_parts() -> None:
    assert looked_at(["object.a.b", "object.a.c", "object.d"]) == {
        "a": {"b": None, "c": None}, "d": None
    }  # fmt: skip


def test_what_is_not_a_mapping_is_kept_whole() -> None:
    assert project({"a": [1, 2], "b": 1}, looked_at(["object.a.b.c"])) == {"a": [1, 2]}


paths = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(".".join)
terms = st.one_of(
    paths.map("has(object.{})".format),
    paths.map("object.{} == 1".format),
    paths.map("size(object.{}) == 1".format),
    paths.map("object.{}['a'] == 1".format),
    paths.map("object.{}.exists(object, object == 'a')".format),
    st.just("object.size() == 2"),
    paths.map("object.?{}.hasValue()".format),
    st.just("object.?a.?b.orValue('a') == 'a'"),
    st.just("'object.a' != ''"),
)
rules = st.lists(terms, min_size=1, max_size=3).map(" || ".join)
values = st.recursive(
    st.integers(0, 2) | st.just("a") | st.none(),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner) | st.lists(inner, max_size=2),
    max_leaves=8,
)
manifests = st.dictionaries(st.sampled_from("abc"), values)


@given(rule=rules, manifest=manifests)
def test_no_answer_differs_from_that_on_the_whole_manifest(
    rule: str, manifest: dict[str, Any]
) -> None:
    expression = Language().compile(rule, "bool")
    parts = Given({"object": project(manifest, looked_at([rule]))})
    assert expression.evaluate(parts) == expression.evaluate(Given({"object": manifest}))
