"""One resource to judge, and a way to ask one policy about it."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from pipeline import policy
from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Diagnostic, Key, Kinds, Resource
from pipeline.schema import BUILTIN_KINDS
from pipeline.stage import Outcome, Stage

Judge: TypeAlias = Callable[..., tuple[Diagnostic, ...]]
BuildStages: TypeAlias = Callable[[list[dict[str, Any]]], tuple[Stage, ...]]


@pytest.fixture
def kinds() -> Kinds:
    return Kinds(BUILTIN_KINDS)


@pytest.fixture
def resource() -> Resource:
    return Resource.build(
        Key("networking.istio.io/VirtualService", "shop", "reviews"),
        "networking.istio.io/v1",
        labels={"app": "reviews"},
        annotations={"note": "object.spec"},
        body={"spec": {"hosts": ["reviews", "b.example.com"], "retries": 3, "ratio": 0.5}},
    )


@pytest.fixture
def build(kinds: Kinds) -> BuildStages:
    """The stages of policies that are given as in the settings, at no particular time."""
    return lambda given: policy.build(given, kinds, policy.Agenda(0.0))


@pytest.fixture
def judge(
    build: BuildStages, resource: Resource, run: Callable[[Stage, Resource], Outcome]
) -> Judge:
    """What one policy, given as in the settings, says about the resource."""

    def ask(rule: str, **settings: Any) -> tuple[Diagnostic, ...]:
        given = {"name": "p", "rule": rule, "message": "The rule is broken.", **settings}
        (stage,) = build([given])
        return run(stage, resource).diagnostics

    return ask


@pytest.fixture(scope="session")
def engine_of() -> Callable[..., Engine]:
    """An engine over an environment with these policies; keyword arguments are other settings."""

    def make(*given: dict[str, Any], **settings: Any) -> Engine:
        spec = EnvironmentSpec(policies=given, unknown_kinds="accept", **settings)
        return Engine(Environment.build(spec))

    return make


@pytest.fixture(scope="session")
def make() -> Callable[..., Resource]:
    """A resource by kind, name and namespace, with the rest of its manifest as keywords."""

    def build(kind: str, name: str, namespace: str = "shop", **body: Any) -> Resource:
        labels = body.pop("labels", None)
        return Resource.build(Key(kind, namespace, name), "v1", labels=labels, body=body)

    return build


@pytest.fixture(scope="session")
def said() -> Callable[[Engine], list[str]]:
    """What the policies report now, as `level name: message`, sorted."""

    def look(engine: Engine) -> list[str]:
        found = (each.diagnostic for each in engine.findings())
        about = (each for each in found if each.code.startswith("GAL05") and each.key)
        return sorted(f"{each.level} {each.key.name}: {each.message}" for each in about if each.key)

    return look
