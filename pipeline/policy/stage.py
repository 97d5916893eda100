"""The stage that asks every policy about every resource that it matches.

The parts of a manifest that a collection's policies look at are handed to CEL once for all of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.manifest import manifest
from pipeline.match import Matcher
from pipeline.model import Diagnostic, Document, Level, Path, Resource
from pipeline.model.messages import policy as messages
from pipeline.policy.annotation import SUPPRESS, idle_entries
from pipeline.policy.expression import Expression, Failure, Manifest
from pipeline.policy.projection import Tree, looked_at, project
from pipeline.stage import Index, Outcome, Reader


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy, compiled."""

    name: str
    matcher: Matcher
    rule: Expression
    message: str
    message_expression: Expression | None
    level: Level
    path: Path


@dataclass(frozen=True, slots=True)
class _Asked:
    """The policies that can match resources of one collection, and what their rules look at."""

    policies: tuple[Policy, ...]
    parts: Tree | None


class PolicyStage:
    """Reports broken policies and suppression annotations without effect; changes nothing."""

    name = "policy"
    only_judges = True
    collections: frozenset[str] = frozenset()
    indexes: frozenset[Index] = frozenset()

    def __init__(self, policies: Sequence[Policy]) -> None:
        self._policies = policies
        self._by_collection: dict[str, _Asked] = {}

    def handles(self, collection: str) -> bool:  # noqa: ARG002  # any can carry a suppression
        return True

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:  # noqa: ARG002  # reads nothing
        found: list[Diagnostic] = []
        if SUPPRESS in document.annotations:
            found += idle_entries(resource.key, document.annotations[SUPPRESS])
        asked = self._asked(resource.key.collection)
        if asked.policies:
            found += _judge(asked, resource, document)
        return Outcome((resource,), tuple(found))

    def _asked(self, collection: str) -> _Asked:
        asked = self._by_collection.get(collection)
        if asked is None:
            policies = tuple(p for p in self._policies if p.matcher.handles(collection))
            asked = _Asked(policies, looked_at(policy.rule.text for policy in policies))
            self._by_collection[collection] = asked
        return asked


def _judge(asked: _Asked, resource: Resource, document: Document) -> Iterable[Diagnostic]:
    labels = document.labels
    matching = [p for p in asked.policies if p.matcher.matches(resource.key, labels)]
    if not matching:
        return
    given = Manifest(project(manifest(resource, document), asked.parts))
    for policy in matching:
        answer = policy.rule.evaluate(given)
        if answer is not True:
            yield _report(policy, answer, resource, document)


def _report(
    policy: Policy, answer: Failure | bool, resource: Resource, document: Document
) -> Diagnostic:
    if isinstance(answer, Failure):
        return messages.NOT_EVALUATED.report(
            key=resource.key,
            path=policy.path,
            level=policy.level,
            policy=policy.name,
            problem=answer.problem,
        )
    return messages.VIOLATED.report(
        key=resource.key,
        path=policy.path,
        level=policy.level,
        policy=policy.name,
        message=_message(policy, resource, document),
    )


def _message(policy: Policy, resource: Resource, document: Document) -> str:
    if policy.message_expression is None:
        return policy.message
    made = policy.message_expression.evaluate(Manifest(manifest(resource, document)))
    if isinstance(made, str):
        return made
    return policy.message or f"The rule does not hold, and its message fails: {made.problem}."
