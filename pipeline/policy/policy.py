"""One policy, compiled, and what it says of a resource."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.expression import Failure
from pipeline.kinds import NAMESPACE
from pipeline.match import Matcher
from pipeline.model import Diagnostic, Key, Level
from pipeline.model.canonical import Path
from pipeline.model.messages import policy as messages
from pipeline.policy.evaluation import Evaluation, Provider
from pipeline.policy.part import Part
from pipeline.selector import Selector
from pipeline.stage import Index

NAME_LABEL = "kubernetes.io/metadata.name"
"""The label that API servers give every Namespace: its name."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition under which a policy is asked."""

    name: str
    part: Part


@dataclass(frozen=True, slots=True)
class Exemption:
    """Resources on which a policy is not enforced."""

    matcher: Matcher
    reason: str
    names_one: bool
    """Whether it means a single resource, of which it can be said that it needs it no more."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What to ask about which resources, and what to say then."""

    name: str
    matcher: Matcher
    namespaces: Selector | None
    conditions: tuple[Condition, ...]
    rule: Part
    message: str
    message_part: Part | None
    level: Level
    path: Path
    exemptions: tuple[Exemption, ...]
    providers: Mapping[str, Provider]
    """Names that its expressions need, directly or by way of others."""

    @property
    def parts(self) -> Iterator[Part]:
        """What is asked of every resource that it is about."""
        yield from (condition.part for condition in self.conditions)
        yield self.rule
        for provider in self.providers.values():
            yield from provider.parts

    @property
    def collections(self) -> frozenset[str]:
        """What it reads by key."""
        read = frozenset[str]().union(*(each.collections for each in self.providers.values()))
        return read | {NAMESPACE} if self.namespaces else read

    @property
    def indexes(self) -> frozenset[Index]:
        return frozenset[Index]().union(*(each.indexes for each in self.providers.values()))

    @property
    def reads(self) -> bool:
        """Whether it looks at anything but the resource."""
        return bool(self.collections or self.indexes)

    def judge(
        self, evaluation: Evaluation, labels: Mapping[str, str], *, complete: bool
    ) -> Diagnostic | None:
        """What is wrong with a resource that it is about; None if nothing is.

        Args:
            evaluation: where its expressions get their values from.
            labels: those of the resource.
            complete: whether what is not found does not exist.
        """
        key = evaluation.resource.key
        exemption = self._exemption(key, labels)
        if exemption is not None and not exemption.names_one:
            return None
        answer = self._answer(evaluation, labels)
        if exemption is not None:
            return self._idle(key, exemption) if answer is True else None
        if answer is True:
            return None
        return self._finding(answer, evaluation, doubtful=evaluation.absent and not complete)

    def _exemption(self, key: Key, labels: Mapping[str, str]) -> Exemption | None:
        matching = (one for one in self.exemptions if one.matcher.matches(key, labels))
        return next(matching, None)

    def _answer(self, evaluation: Evaluation, labels: Mapping[str, str]) -> bool | Failure:
        """Whether the resource is as it should be; so is what the policy does not apply to."""
        if self.namespaces and not self.namespaces.matches(_namespace_labels(evaluation, labels)):
            return True
        failed: Failure | None = None
        for condition in self.conditions:
            met = evaluation.ask(condition.part)
            if met is False:
                return True
            if isinstance(met, Failure):
                failed = failed or Failure(f"condition {condition.name} fails: {met.problem}")
        answer: bool | Failure = failed or evaluation.ask(self.rule)
        return answer

    def _finding(
        self, answer: bool | Failure, evaluation: Evaluation, *, doubtful: bool
    ) -> Diagnostic:
        key = evaluation.resource.key
        level = Level.INFO if doubtful else self.level
        if isinstance(answer, Failure):
            problem = answer.problem
            return messages.NOT_EVALUATED.report(
                key=key, path=self.path, level=level, policy=self.name, problem=problem
            )
        message = messages.UNDECIDED if doubtful else messages.VIOLATED
        return message.report(
            key=key,
            path=self.path,
            level=level,
            policy=self.name,
            message=self._message(evaluation),
        )

    def _message(self, evaluation: Evaluation) -> str:
        if self.message_part is None:
            return self.message
        made: Any = evaluation.ask_apart(self.message_part)
        if isinstance(made, str):
            return made
        return self.message or f"The rule does not hold, and its message fails: {made.problem}."

    def _idle(self, key: Key, exemption: Exemption) -> Diagnostic:
        return messages.IDLE_EXEMPTION.report(
            key=key, path=self.path, policy=self.name, reason=exemption.reason
        )


def _namespace_labels(evaluation: Evaluation, own: Mapping[str, str]) -> Mapping[str, str]:
    """The labels of a resource's Namespace; a Namespace's are its own, as for API servers."""
    key = evaluation.resource.key
    if key.collection == NAMESPACE:
        return {**own, NAME_LABEL: key.name}
    if not key.namespace:
        return {}
    found = evaluation.namespace()
    return {**(found["metadata"]["labels"] if found else {}), NAME_LABEL: key.namespace}
