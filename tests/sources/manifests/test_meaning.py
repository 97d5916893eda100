"""A Kubernetes user's YAML keeps its meaning; `tests/data/yaml-meaning` says what that is."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Broken, Read
from tests.cluster.server import program

TABLE = Path(__file__).parents[2] / "data" / "yaml-meaning" / "forms.json"
FORMS: list[dict[str, Any]] = json.loads(TABLE.read_text())
REFUSED = [form for form in FORMS if "refused" in form or "refused_here" in form]
MEANT = [form for form in FORMS if "means" in form and "refused_here" not in form]


def manifest(number: int, form: dict[str, Any]) -> str:
    return (
        "apiVersion: example.com/v1\nkind: Form\nmetadata:\n"
        f"  name: f{number}\nspec:\n  v: {form['yaml']}\n"
    )


def ask_kubectl(path: Path) -> subprocess.CompletedProcess[str]:
    command = [program("kubectl"), "annotate", "--local", "-f", str(path), "k=v", "-o", "json"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def same(ours: object, theirs: object) -> bool:
    """Equal, with the types of JSON: a boolean is no number."""
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[k], theirs[k]) for k in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return float(ours) == float(theirs)  # kubectl rounds what JSON readers may round
    return ours == theirs


@pytest.mark.parametrize("form", MEANT, ids=lambda form: repr(form["yaml"]))
def test_a_form_means_what_kubectl_says(
    decode: Callable[..., Read | Broken], form: dict[str, Any]
) -> None:
    read = decode(manifest(0, form))
    assert isinstance(read, Read), read
    body = read.resources[0].resource.document().body
    assert same(body["spec"]["v"], form.get("means_here", form["means"])), body


@pytest.mark.parametrize("form", REFUSED, ids=lambda form: repr(form["yaml"]))
def test_a_form_that_cannot_be_meant_is_refused_with_its_place(
    decode: Callable[..., Read | Broken], form: dict[str, Any]
) -> None:
    broken = decode(manifest(0, form))
    assert isinstance(broken, Broken), broken
    assert all(one.line >= 6 and one.column >= 1 for one in broken.errors)


def test_the_table_is_what_kubectl_says_today(tmp_path: Path) -> None:
    """One call for all the forms that it takes."""
    taken = [form for form in FORMS if "means" in form]
    path = tmp_path / "forms.yaml"
    path.write_text("---\n".join(manifest(at, form) for at, form in enumerate(taken)))
    answer = ask_kubectl(path)
    said = json.JSONDecoder()
    at, text = 0, answer.stdout.strip()
    for form in taken:
        value, at = said.raw_decode(text, at)
        at += len(text[at:]) - len(text[at:].lstrip())
        meant = (form["means"], form.get("or", form["means"]))  # keys of Go's maps have no order
        assert value["spec"]["v"] in meant, form


def test_kubectl_refuses_what_the_table_says_it_refuses(tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    for form in FORMS:
        if "refused" in form:
            path.write_text(manifest(0, form))
            assert ask_kubectl(path).returncode, form


def test_the_table_is_large_enough_to_be_trusted() -> None:
    assert len(MEANT) > 150
    assert len(REFUSED) > 25
