"""The stages that ask policies.

Policies that look at the resource alone share a stage, and CEL is handed the parts of a manifest
that they look at once for all of them. A policy that reads has a stage of its own, so that what it
has read brings back no other, and that the shared stage reads nothing: whoever judges resources by
themselves can ask it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.expression import ROOT, Given, Tree, project
from pipeline.manifest import manifest
from pipeline.model import Diagnostic, Document, Resource
from pipeline.policy.annotation import SUPPRESS, idle_entries
from pipeline.policy.evaluation import Evaluation
from pipeline.policy.part import shared_tree
from pipeline.policy.policy import Policy
from pipeline.stage import Index, Outcome, Reader


@dataclass(frozen=True, slots=True)
class _Asked:
    """The policies that can match resources of one collection, and what they look at."""

    policies: tuple[Policy, ...]
    tree: Tree | None

    def judge(
        self, resource: Resource, document: Document, reader: Reader, *, complete: bool
    ) -> Iterator[Diagnostic]:
        labels = document.labels
        matching = [p for p in self.policies if p.matcher.matches(resource.key, labels)]
        if not matching:
            return
        whole: dict[str, Any] = manifest(resource, document)
        shared = Given({ROOT: project(whole, self.tree)})
        for policy in matching:
            evaluation = Evaluation(policy.providers, resource, whole, shared, reader)
            found = policy.judge(evaluation, labels, complete=complete)
            if found is not None:
                yield found


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

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        found: list[Diagnostic] = []
        if SUPPRESS in document.annotations:
            found += idle_entries(resource.key, document.annotations[SUPPRESS])
        asked = self._asked(resource.key.collection)
        if asked.policies:
            found += asked.judge(resource, document, reader, complete=True)
        return Outcome((resource,), tuple(found))

    def _asked(self, collection: str) -> _Asked:
        asked = self._by_collection.get(collection)
        if asked is None:
            policies = tuple(p for p in self._policies if p.matcher.handles(collection))
            tree = shared_tree(part for policy in policies for part in policy.parts)
            asked = self._by_collection[collection] = _Asked(policies, tree)
        return asked


class ReadingPolicyStage:
    """Asks one policy that looks at other resources too; changes nothing."""

    only_judges = True

    def __init__(self, policy: Policy, *, complete: bool) -> None:
        self.name = f"policy/{policy.name}"
        self.collections = policy.collections
        self.indexes = policy.indexes
        self._matcher = policy.matcher
        self._asked = _Asked((policy,), shared_tree(policy.parts))
        self._complete = complete

    def handles(self, collection: str) -> bool:
        return self._matcher.handles(collection)

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        found = self._asked.judge(resource, document, reader, complete=self._complete)
        return Outcome((resource,), tuple(found))
