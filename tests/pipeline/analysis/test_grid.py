"""Each finding about Istio on manifests that get it and on manifests that do not.

`tests/data/analysis/CODE-SLUG` has `good.yaml` and `bad.yaml`; the latter says what is to be found:
`# expect KIND/NAMESPACE/NAME FIELD`.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.analysis.istio.tables import ISTIO
from pipeline.analysis.legacy.tables import LEGACY
from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Key, Resource
from pipeline.model.messages import CATALOGUE
from tests.pipeline.analysis.conftest import read

CASES = {
    path.name.partition("-")[0]: path
    for path in sorted((Path(__file__).parents[2] / "data" / "analysis").iterdir())
}
EXPECT = re.compile(r"^# expect (\S+) ?(.*)$", re.MULTILINE)
ENVIRONMENT = Environment.build(EnvironmentSpec(unknown_kinds="accept"))
EVERYTHING: list[Resource] = list(
    {
        each.key: each
        for path in CASES.values()
        for name in ("good.yaml", "bad.yaml")
        for each in read((path / name).read_text())
    }.values()
)

MakeEngine = Callable[..., Engine]


def found(text: str, code: str) -> list[tuple[str, str]]:
    """Where a code is reported: the resource without its group, and the field."""
    engine = Engine(ENVIRONMENT)
    evaluation = engine.apply({each.key: each for each in read(text)})
    assert not evaluation.defects
    findings = (finding.diagnostic for finding in engine.findings())
    return sorted(
        (str(each.key).partition("/")[2], each.field()) for each in findings if each.code == code
    )


def test_every_code_has_a_case() -> None:
    codes = {code for analyzer in (*ISTIO, *LEGACY) for code in analyzer.metadata.codes}
    assert codes == set(CASES)
    assert codes <= set(CATALOGUE)


@pytest.mark.parametrize("code", CASES)
def test_what_is_good_is_let_alone(code: str) -> None:
    assert found((CASES[code] / "good.yaml").read_text(), code) == []


@pytest.mark.parametrize("code", CASES)
def test_what_is_bad_is_found_where_it_is(code: str) -> None:
    text = (CASES[code] / "bad.yaml").read_text()
    assert found(text, code) == sorted(EXPECT.findall(text)) != []


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_step_by_step_it_finds_what_it_finds_at_once(data: st.DataObject) -> None:
    """Whatever comes and goes, in any order."""
    engine = Engine(ENVIRONMENT)
    held: dict[Key, Resource] = {}
    for _ in range(data.draw(st.integers(1, 6))):
        some = data.draw(st.lists(st.sampled_from(EVERYTHING), max_size=12, unique_by=id))
        change: dict[Key, Any] = {
            each.key: each if data.draw(st.booleans()) else None for each in some
        }
        engine.apply(change)
        held = {key: each for key, each in {**held, **change}.items() if each is not None}
    whole = Engine(ENVIRONMENT)
    whole.apply(held)
    assert list(engine.findings()) == list(whole.findings())
