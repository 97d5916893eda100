"""Bytes, syntax and limits: what cannot be parsed is said where it stands, and nothing crashes."""

from collections.abc import Callable

import pytest

from pipeline.model import Broken, Diagnostic, Origin, Place, Read
from sources.manifests import Manifests
from sources.settings import MemorySettings
from sources.source import Limits, SourceContext

HEAD = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\n"


def spec(read: Read | Broken) -> object:
    assert isinstance(read, Read), read
    return read.resources[0].resource.document().body["spec"]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b""), ("utf-8-sig", b""), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")],
)
def test_unicode_encodings_are_read(
    decode: Callable[..., Read], encoding: str, mark: bytes
) -> None:
    text = HEAD + "spec: é ☃ 😀\r\n"
    assert spec(decode(mark + text.encode(encoding))) == "é ☃ 😀"


def test_bytes_that_are_no_text_are_named(fault: Callable[..., Diagnostic]) -> None:
    found = fault(HEAD.encode() + b"spec: caf\xe9\n")
    assert (found.code, found.line, found.column) == ("GAL0101", 4, 10)
    assert "0xE9" in found.message


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x7f", "\ufffe"])
def test_control_characters_are_refused(fault: Callable[..., Diagnostic], character: str) -> None:
    found = fault(HEAD + f"spec: é{character}\n")
    assert (found.code, found.line, found.column) == ("GAL0102", 4, 8)


def test_line_ends_of_windows_change_nothing(decode: Callable[..., Read]) -> None:
    assert spec(decode((HEAD + "spec: |\n  a\n  b\n").replace("\n", "\r\n"))) == "a\nb\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("spec: [a\n", 5),
        ("spec:\n\t- a\n", 5),
        ("spec: 'a\n", 5),
        ("spec: a: b\n", 4),
        (" spec: a\n", 4),
        ("spec: *nothing\n", 4),
        ("spec: {{ .Values.x }}\n", 4),
    ],
)
def test_broken_yaml_is_reported_where_it_breaks(
    fault: Callable[..., Diagnostic], text: str, line: int
) -> None:
    found = fault(HEAD + text)
    assert found.line == line, found
    assert found.column >= 1


def test_a_duplicate_key_names_both_lines(fault: Callable[..., Diagnostic]) -> None:
    found = fault(HEAD + "spec:\n  a: 1\n  b: 2\n  a: 3\n")
    assert (found.code, found.line, found.column) == ("GAL0103", 7, 3)
    assert "line 5" in found.message


def test_a_merged_field_may_be_given_again(decode: Callable[..., Read]) -> None:
    read = decode(HEAD + "spec:\n  base: &b {x: 1}\n  more: {<<: *b, x: 2}\n")
    assert spec(read) == {"base": {"x": 1}, "more": {"x": 2}}


@pytest.mark.parametrize("depth", [101, 2_000, 10_000, 100_000])
@pytest.mark.parametrize("form", ["[", "{a: ", "- ", "? "])
def test_depth_is_refused_before_it_can_hurt(
    fault: Callable[..., Diagnostic], depth: int, form: str
) -> None:
    """libyaml's composer takes the process down at some ten thousand levels."""
    closed = {"[": "]", "{a: ": "}"}.get(form, "a")
    found = fault(HEAD + "spec:\n  " + form * depth + closed * depth)
    assert found.code == "GAL0104"
    assert found.line == 5


def test_depth_that_is_spread_over_lines_is_refused(fault: Callable[..., Diagnostic]) -> None:
    nested = "".join(f"{' ' * level}a:\n" for level in range(300))
    assert fault(HEAD + "spec:\n" + nested.replace("\n", "\n ") + "b").code == "GAL0104"


def test_the_deepest_that_is_allowed_is_read(decode: Callable[..., Read]) -> None:
    assert isinstance(decode(HEAD + "spec: " + "[" * 99 + "]" * 99), Read)


@pytest.mark.parametrize("depth", [101, 10_000, 100_000])
def test_depth_of_json_is_refused(fault: Callable[..., Diagnostic], depth: int) -> None:
    found = fault('{"apiVersion": "v1", "spec": ' + "[" * depth + "]" * depth + "}")
    assert (found.code, found.line) == ("GAL0104", 1)


@pytest.mark.parametrize("levels", [10, 100, 5_000])
def test_an_alias_bomb_is_refused(fault: Callable[..., Diagnostic], levels: int) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, levels)
    )
    assert fault(HEAD + bomb).code in {"GAL0104", "GAL0105"}


def test_an_alias_to_much_text_counts_its_text(fault: Callable[..., Diagnostic]) -> None:
    text = HEAD + f"a: &a {'x' * 10_000}\nb: [{', '.join(['*a'] * 1_000)}]\n"
    assert fault(text).code == "GAL0105"


def test_an_alias_within_its_own_anchor_is_refused(fault: Callable[..., Diagnostic]) -> None:
    assert fault(HEAD + "spec: &x {a: [*x]}\n").code == "GAL0112"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("spec: {~: a}\n", "GAL0109"),
        ("spec: {[a]: b}\n", "GAL0109"),
        ("spec: !!int three\n", "GAL0110"),
        ("spec: {<<: 3}\n", "GAL0113"),
    ],
)
def test_what_yaml_allows_and_configuration_does_not(
    fault: Callable[..., Diagnostic], text: str, code: str
) -> None:
    assert fault(HEAD + text).code == code


def test_a_value_that_does_not_fit_its_tag_is_not_told(fault: Callable[..., Diagnostic]) -> None:
    """It may be that of a Secret; its line and column say which it is."""
    assert "hunter2" not in str(fault(HEAD + "data: {password: !!int hunter2}\n"))


def test_too_many_documents_are_refused(fault: Callable[..., Diagnostic]) -> None:
    text = "".join(f"---\n{HEAD.replace('a}', f'n{n}' + '}')}" for n in range(4))
    assert fault(text, limits=Limits(documents=3)).code == "GAL0107"


def test_a_resource_that_is_too_large_is_refused(fault: Callable[..., Diagnostic]) -> None:
    found = fault(HEAD + f"spec: {'x' * 2_000_000}\n")
    assert (found.code, found.line) == ("GAL0108", 1)
    assert found.key is not None


def test_json_is_read_with_the_meaning_of_json(decode: Callable[..., Read]) -> None:
    r"""Escapes of surrogate pairs, `\/` and several values in a row."""
    one = '{"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "%s"}, "spec": "\\ud83d\\/"}'
    text = (one % "a").replace("\\ud83d", "\\ud83d\\ude00") + "\n"
    assert spec(decode(text + (one % "b").replace("\\ud83d", ""))) == "😀/"


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ('{\n "a": 1,\n "a": 2}', "GAL0103", 3, 2),
        ('{"apiVersion": "v1"\n"kind": "T"}', "GAL0102", 2, 1),
        ('{"a": 1} x', "GAL0102", 1, 10),
        ('{"a": ' + "1" * 5000 + "}", "GAL0111", 1, 1),
        (HEAD.replace("kind: Thing", "kind: {}"), "GAL0208", 2, 1),
    ],
)
def test_mistakes_in_json_have_places(
    decode: Callable[..., Broken], text: str, code: str, line: int, column: int
) -> None:
    found = decode(text).errors[0]
    assert (found.code, found.line, found.column) == (code, line, column), found


def test_json_numbers_that_are_none_are_refused(fault: Callable[..., Diagnostic]) -> None:
    found = fault('{"apiVersion": "v1", "kind": "T", "metadata": {"name": "a"},\n "x": NaN}')
    assert (found.code, found.line, found.column) == ("GAL0111", 2, 2)


def test_a_lone_surrogate_is_refused_at_its_place(fault: Callable[..., Diagnostic]) -> None:
    text = '{"apiVersion": "v1", "kind": "T", "metadata": {"name": "a"},\n "x": "\\ud83d"}'
    assert fault(text).code == "GAL0111"


def test_yaml_that_begins_with_a_brace_is_yaml(decode: Callable[..., Read]) -> None:
    text = "{apiVersion: v1, kind: Thing, metadata: {name: a}, spec: on}\n"
    assert spec(decode(text)) is True


class TestLocate:
    """A place is found again by reading the file again."""

    manifests = Manifests(MemorySettings(name="team", type="memory"), SourceContext())

    def place(self, text: str, line: int, *path: str | int) -> Place | None:
        return self.manifests.locate(text.encode(), Origin("team", "", "a.yaml", line), path)

    def test_of_a_field(self) -> None:
        text = "---\n" + HEAD + "spec:\n  http:\n  - route: x\n  - route: y\n"
        assert self.place(text, 2, "spec", "http", 1, "route") == Place(8, 5)
        assert self.place(text, 2, "spec", "http", 1) == Place(8, 5)

    def test_of_a_missing_field_is_its_nearest_parent(self) -> None:
        assert self.place(HEAD + "spec:\n  a: 1\n", 1, "spec", "b", "c") == Place(4, 1)
        assert self.place(HEAD, 1, "spec") == Place(1, 1)

    def test_of_a_merged_field(self) -> None:
        text = HEAD + "base: &b\n  x: 1\nspec:\n  <<: *b\n"
        assert self.place(text, 1, "spec", "x") == Place(5, 3)

    def test_of_a_field_in_json(self) -> None:
        text = '{"a": "\\ud83d\\ude00", "kind": "List", "items": [\n{"x": 1},\n {"y": [2, 3]}]}'
        assert self.place(text, 3, "y", 1) == Place(3, 12)

    def test_is_only_a_line_where_two_documents_share_it(self) -> None:
        assert self.place('{"a": 1} {"b": {"c": 2}}', 1, "b", "c") == Place(1, 1)

    def test_is_nothing_where_no_document_begins(self) -> None:
        assert self.place(HEAD, 7, "spec") is None
        assert self.place("a: [", 1, "a") is None
