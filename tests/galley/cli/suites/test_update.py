"""`galley test --update`: expectations are written anew, and the text around them stays."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galley.cli.suites import snapshots
from galley.cli.suites.rewriting import Edit, edited

GIVEN = "  given: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: v}}\n"
BLOCK = f"""\
cases:
# what the first is about
- name: one
{GIVEN}\
  expect:
    diagnostics: [] # none
    digest: "{"0" * 64}"
    # and all of it
    resources:
    - apiVersion: v1
      kind: ConfigMap
      metadata: {{name: b}}

# what the second is about
- name: two
{GIVEN}\
  expect: {{diagnostics: [{{code: GAL0601}}], contains: []}}
"""
WRITTEN = f"""\
cases:
# what the first is about
- name: one
{GIVEN}\
  expect:
    diagnostics:
      - code: GAL0501/owner
        level: error
        resource: ConfigMap/default/a # none
    digest: "DIGEST"
    # and all of it
    resources:
      - apiVersion: v1
        data:
          k: v
        kind: ConfigMap
        metadata:
          labels:
            team: mesh
          name: a
          namespace: default

# what the second is about
- name: two
{GIVEN}\
  expect: {{diagnostics: [{{"code": "GAL0501/owner", "level": "error", \
"resource": "ConfigMap/default/a"}}], contains: []}}
"""


def test_what_is_expected_in_the_suite_is_written_in_its_place(
    suite: Any, galley: Any, tmp_path: Path
) -> None:
    path = suite(BLOCK)
    assert galley("test", tmp_path).code == 1
    result = galley("test", tmp_path, "--update")

    assert (result.code, result.err) == (0, f"Written: {path}\n")
    before, _, text = path.read_text().partition("cases:\n")
    digest = text.partition('digest: "')[2][:64]
    assert before + "cases:\n" + text == before + WRITTEN.replace("DIGEST", digest)


def test_what_fits_is_left_alone(suite: Any, galley: Any, tmp_path: Path) -> None:
    """Of two findings the expected one keeps its words; a second run writes nothing."""
    kept = "{code: GAL0501, message: Say who, line: 8}"
    path = suite(
        "cases:\n- name: one\n  given:\n"
        "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"
        "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n"
        f"  expect:\n    diagnostics:\n    - {kept.replace('line: 8', 'line: 10')}\n"
    )
    assert galley("test", tmp_path, "--update").code == 0
    text = path.read_text()
    assert "message: Say who\n        line: 10\n" in text
    assert text.count("GAL0501") == 2

    result = galley("test", tmp_path, "--update")
    assert (result.code, result.err, path.read_text()) == (0, "", text)


def test_a_snapshot_that_is_not_there_is_written(suite: Any, galley: Any, tmp_path: Path) -> None:
    suite(f"cases:\n- name: one\n{GIVEN}  relaxed: true\n  expect: {{resources: new/all.yaml}}\n")
    assert galley("test", tmp_path).code == 2
    assert galley("test", tmp_path, "--update").code == 0
    assert snapshots.read(tmp_path / "new" / "all.yaml") == [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "a", "namespace": "default", "labels": {"team": "mesh"}},
            "data": {"k": "v"},
        }
    ]


def test_what_nobody_asked_for_is_not_written(suite: Any, galley: Any, tmp_path: Path) -> None:
    text = f"cases:\n- name: one\n{GIVEN}  expect: {{absent: [ConfigMap/default/a]}}\n"
    path = suite(text)
    before = path.read_text()

    assert galley("test", tmp_path, "--update").code == 1
    assert path.read_text() == before


def test_only_the_chosen_cases_are_written(suite: Any, galley: Any, tmp_path: Path) -> None:
    path = suite(BLOCK)
    galley("test", tmp_path, "--update", "-k", "two")

    assert BLOCK.partition("# what the second")[0] in path.read_text()
    assert '"GAL0501/owner"' in path.read_text()


def test_a_file_that_cannot_be_written(suite: Any, galley: Any, tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("")
    suite(f"cases:\n- name: one\n{GIVEN}  expect: {{resources: in-the-way/all.yaml}}\n")
    result = galley("test", tmp_path, "--update")

    assert result.code == 2
    assert "in-the-way/all.yaml' cannot be written: " in result.err


@pytest.mark.parametrize("value", [[{"code": "ö: #", "n": 'a"b'}], [], "fff"])
def test_a_value_is_replaced_and_nothing_else(value: Any) -> None:
    text = "cases:\n- name: ü\n  expect:\n    diagnostics: [{a: b}] # c: d\n    e: {f: [1]}\n"
    done = edited(text, [Edit(("cases", 0, "expect", "diagnostics"), value)])

    assert done.startswith("cases:\n- name: ü\n  expect:\n    diagnostics:")
    assert done.endswith(" # c: d\n    e: {f: [1]}\n")


SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8)
WORDS = st.sampled_from(
    [
        "y",
        "no",
        "0o777",
        "1e3",
        "12:30",
        "08",
        "2026-01-02",
        "~",
        "=",
        "",
        "\x85",
        "a\n\x00",
        "a\n b",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(WORDS | st.text("abö -", min_size=1), SCALARS | WORDS | st.floats(-9, 9)))
def test_what_is_written_reads_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, spec: dict[str, Any]
) -> None:
    manifest = {"apiVersion": "v1", "kind": "Gadget", "metadata": {"name": "a"}, "spec": spec}
    path = tmp_path_factory.getbasetemp() / "snapshot.yaml"
    path.write_text(snapshots.text([manifest]), encoding="utf-8")

    assert snapshots.difference(snapshots.read(path), [manifest]) == ()
    (back,) = snapshots.read(path)
    assert {name: type(value) for name, value in back["spec"].items()} == {
        name: int if isinstance(value, float) and value.is_integer() else type(value)
        for name, value in spec.items()
    }
