"""Tokens in authentication policies whose keys cannot be had; they are told as those of today."""

from collections.abc import Iterator

from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.istio.tokens import problems_of
from pipeline.analysis.legacy import kinds as old
from pipeline.analysis.legacy.authentication import TOKENS
from pipeline.model import Diagnostic
from pipeline.model.messages import security as messages


class PolicyTokens:
    """Reports rules of a Policy that can verify no token."""

    metadata = Metadata(
        name="policy-tokens",
        description="Authentication policies for tokens whose keys cannot be had.",
        codes=frozenset({messages.KEYS_UNREACHABLE.code}),
        handles=frozenset({old.POLICY, old.MESH_POLICY}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at each rule."""
        for path, rule, _ in TOKENS.match(subject.document.body):
            for leaf, problem in problems_of(rule):
                yield messages.KEYS_UNREACHABLE.report(
                    key=subject.resource.key, path=(*path, *leaf), problem=problem
                )
