"""Two webhooks that inject the same pods: each adds a proxy, or the second finds the first one's.

All labels that decide on injection are tried, for every revision that one of two webhooks names.
"""

from collections.abc import Iterator
from itertools import product

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.injection import INJECT, INJECTION, REVISION
from pipeline.analysis.others import MOST, a_few
from pipeline.analysis.webhooks.hooks import EVERY_INJECTOR, INJECTORS, Hook, injectors_of
from pipeline.model import Diagnostic, Key
from pipeline.model.messages import webhooks as messages

_NAMESPACES: tuple[dict[str, str], ...] = ({}, {INJECTION: "enabled"}, {INJECTION: "disabled"})
_PODS: tuple[dict[str, str], ...] = ({}, {INJECT: "true"}, {INJECT: "false"})


class Overlaps:
    """Reports webhooks that are asked about the same pods."""

    metadata = Metadata(
        name="injectors",
        description="Webhooks that would inject the same pods twice.",
        codes=frozenset({messages.INJECTORS_OVERLAP.code}),
        handles=frozenset({kinds.MUTATING_WEBHOOK}),
        indexes=frozenset({INJECTORS}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Compare with every other webhook of Istio's."""
        mine = subject.resource.key
        injectors = injectors_of(subject.document)
        if not injectors:
            return
        found = subject.reader.find(*EVERY_INJECTOR)
        others = [(each.key, hook) for each in found for hook in injectors_of(each.document())]
        for hook in injectors:
            met = [
                (key, other)
                for key, other in others
                if (key, other.path) != (mine, hook.path) and _overlap(hook, other)
            ]
            if met:
                yield messages.INJECTORS_OVERLAP.report(
                    key=mine, path=hook.path, related=_keys(met, mine), others=_shown(met)
                )


def _overlap(one: Hook, other: Hook) -> bool:
    revisions = sorted({*one.revisions(), *other.revisions()})
    labels = [{}, *({REVISION: each} for each in revisions)]
    namespaces = [{**base, **label} for base, label in product(_NAMESPACES, labels)]
    pods = [{**base, **label} for base, label in product(_PODS, labels)]
    return any(
        one.meets(namespace, pod) and other.meets(namespace, pod)
        for namespace, pod in product(namespaces, pods)
    )


def _keys(met: list[tuple[Key, Hook]], mine: Key) -> list[Key]:
    return sorted({key for key, _ in met} - {mine})[:MOST]


def _shown(met: list[tuple[Key, Hook]]) -> str:
    return a_few(sorted(f"{key.name}/{hook.name}" for key, hook in met))
