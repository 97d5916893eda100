"""The two patch languages, held against the examples and laws of their standards."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.transform.errors import PatchFailedError
from pipeline.transform.merge import merged
from pipeline.transform.patch import Operation, patched

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from("xyz"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=12,
)
documents = st.dictionaries(st.sampled_from("abc"), json_values, max_size=3)


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch_answers_the_standards_table(target: Any, patch: Any, result: Any) -> None:
    """RFC 7386, appendix A."""
    assert merged(target, patch) == result


@given(target=documents, patch=documents)
def test_a_merge_patch_is_idempotent_and_changes_nothing_in_place(
    target: dict[str, Any], patch: dict[str, Any]
) -> None:
    before = copy.deepcopy((target, patch))
    once = merged(target, patch)
    assert merged(once, patch) == once
    assert (target, patch) == before


@pytest.mark.parametrize(
    ("document", "steps", "result"),
    [
        ({"foo": "bar"}, [("add", "/baz", "qux")], {"baz": "qux", "foo": "bar"}),
        ({"foo": ["bar", "baz"]}, [("add", "/foo/1", "qux")], {"foo": ["bar", "qux", "baz"]}),
        ({"baz": "qux", "foo": "bar"}, [("remove", "/baz")], {"foo": "bar"}),
        ({"foo": ["bar", "qux", "baz"]}, [("remove", "/foo/1")], {"foo": ["bar", "baz"]}),
        ({"baz": "qux"}, [("replace", "/baz", "boo")], {"baz": "boo"}),
        (
            {"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}},
            [("move", "/qux/thud", "/foo/waldo")],
            {"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}},
        ),
        (
            {"foo": ["all", "grass", "cows", "eat"]},
            [("move", "/foo/3", "/foo/1")],
            {"foo": ["all", "cows", "eat", "grass"]},
        ),
        ({"a": [1, {"b": 2}]}, [("test", "/a/1", {"b": 2.0})], {"a": [1, {"b": 2}]}),
        ({"foo": "bar"}, [("add", "/child", {"g": {}})], {"foo": "bar", "child": {"g": {}}}),
        ({"/": 9, "~1": 10}, [("test", "/~01", 10)], {"/": 9, "~1": 10}),
        ({"foo": ["bar"]}, [("add", "/foo/-", ["a"])], {"foo": ["bar", ["a"]]}),
        ({"a": 1}, [("copy", "/b", "/a")], {"a": 1, "b": 1}),
        ({"a": 1}, [("replace", "", [2])], [2]),
        ({"a": 1}, [("add", "/a", None)], {"a": None}),
    ],
)
def test_json_patch_answers_the_standards_examples(
    document: Any, steps: list[tuple[Any, ...]], result: Any
) -> None:
    """RFC 6902, appendix A, and pointers of RFC 6901."""
    before = copy.deepcopy(document)
    assert patched(document, [operation(*step) for step in steps]) == result
    assert document == before


@pytest.mark.parametrize(
    ("document", "step", "says"),
    [
        ({"baz": "qux"}, ("test", "/baz", "bar"), "finds another value"),
        ({"a": 1}, ("test", "/a", True), "finds another value"),
        ({"foo": "bar"}, ("add", "/baz/bat", "qux"), "finds no 'baz'"),
        ({"foo": "bar"}, ("add", "/foo/x", 1), "that is no mapping and no list"),
        ({"a": [1]}, ("add", "/a/2", 1), "beyond the end"),
        ({"a": [1]}, ("remove", "/a/-"), "where a list index is needed"),
        ({"a": [1]}, ("replace", "/a/01", 1), "where a list index is needed"),
        ({"a": {}}, ("remove", "/a/b"), "finds no 'b'"),
        ({"a": {"b": 1}}, ("move", "/a/b/c", "/a"), "into itself"),
        ({"a": 1}, ("remove", ""), "the whole document"),
    ],
)
def test_a_step_that_does_not_fit_says_why(document: Any, step: tuple[Any, ...], says: str) -> None:
    with pytest.raises(PatchFailedError, match=says) as caught:
        patched(document, [operation(*step)])
    assert f"step 1 ({step[0]} " in str(caught.value)


@given(document=documents, value=json_values, name=st.sampled_from("abcd/~"))
def test_what_was_added_can_be_tested_and_removed(
    document: dict[str, Any], value: Any, name: str
) -> None:
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    added = patched(document, [operation("add", pointer, value), operation("test", pointer, value)])
    without = {key: item for key, item in document.items() if key != name}
    assert patched(added, [operation("remove", pointer)]) == without


def operation(op: str, path: str, extra: Any = None) -> Operation:
    """An operation; `extra` is its value, or where to move or copy from."""
    source = extra if op in ("move", "copy") else ""
    return Operation.build(op, path, source=source, value=extra)
