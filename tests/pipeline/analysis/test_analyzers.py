"""Analyzers are held to what they declare, ours and others'."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.analysis import Metadata, Subject
from pipeline.analysis.builtin import ANALYZERS
from pipeline.engine import Engine
from pipeline.environment import InvalidEnvironmentError
from pipeline.model import Diagnostic, Key, Level, Resource
from pipeline.model.messages import CATALOGUE

Change = dict[Key, Resource | None]
MakeEngine = Callable[..., Engine]
ReadResources = Callable[[str], Change]


class Foreign:
    """An analyzer from outside that does as it is told."""

    def __init__(self, analyze: Any, name: str = "foreign") -> None:
        self.analyze = analyze
        self.metadata = Metadata(
            name=name,
            description="From outside.",
            codes=frozenset({"ACME1"}),
            handles=frozenset({"core/Service"}),
        )


def report(code: str) -> Callable[[Subject], list[Diagnostic]]:
    return lambda subject: [Diagnostic(code, Level.WARNING, "So.", subject.resource.key)]


def crash(subject: Subject) -> list[Diagnostic]:
    raise KeyError("spec")


def read_too_much(subject: Subject) -> list[Diagnostic]:
    subject.reader.holds("core/Secret")
    return []


@pytest.fixture
def service(resources: ReadResources) -> Change:
    return resources("{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {}}")


def test_built_in_analyzers_are_sorted_and_describe_themselves() -> None:
    names = [analyzer.metadata.name for analyzer in ANALYZERS]
    assert names == sorted(set(names))
    for analyzer in ANALYZERS:
        assert analyzer.metadata.description.endswith(".")
        assert analyzer.metadata.codes <= CATALOGUE.keys()


def test_a_foreign_analyzer_runs_like_ours(engine_of: MakeEngine, service: Change) -> None:
    engine = engine_of(plugins=(Foreign(report("ACME1")),))
    evaluation = engine.apply(service)
    assert [finding.diagnostic.code for finding in evaluation.added] == ["ACME1"]
    assert evaluation.ran["analysis/foreign"] == 1
    assert engine.environment.spec.plugins == ("foreign 1",)


@pytest.mark.parametrize(
    ("analyze", "problem"),
    [
        (crash, "KeyError: 'spec'"),
        (read_too_much, "read 'core/Secret' without declaring it"),
        (report("ACME2"), "reported 'ACME2' without declaring it"),
    ],
)
def test_one_that_breaks_its_word_becomes_a_diagnostic(
    analyze: Any, problem: str, engine_of: MakeEngine, service: Change
) -> None:
    evaluation = engine_of(plugins=(Foreign(analyze),)).apply(service)
    assert [finding.diagnostic.code for finding in evaluation.added] == ["GAL1001"]
    assert problem in evaluation.added[0].diagnostic.message
    assert len(evaluation.defects) == 1


def test_a_name_that_is_taken_is_refused(engine_of: MakeEngine) -> None:
    with pytest.raises(InvalidEnvironmentError, match="Two analyzers are called references"):
        engine_of(plugins=(Foreign(crash, name="references"),))


def test_an_unknown_name_to_disable_is_a_warning_with_a_suggestion(
    engine_of: MakeEngine,
) -> None:
    (warning,) = engine_of(disabled=("refrences",)).environment.diagnostics
    assert (warning.code, warning.level) == ("GAL0604", "warning")
    assert "did you mean references" in warning.message
