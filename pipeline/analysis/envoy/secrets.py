"""Secrets that an Envoy would fetch from Galley, which serves none."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.envoy.uses import Named, uses_of
from pipeline.model import Diagnostic
from pipeline.model.messages import envoy as messages


class EnvoySecrets:
    """Reports secrets whose source is the server of the resource."""

    metadata = Metadata(
        name="envoy-secrets",
        description="Secrets that Envoys would fetch from Galley, which serves none.",
        codes=frozenset({messages.SECRET_FETCHED.code}),
        handles=frozenset(kinds.ENVOY_CONFIG),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Name each."""
        for use in uses_of(subject.resource):
            if use.what is Named.SECRET:
                yield messages.SECRET_FETCHED.report(
                    key=subject.resource.key, path=use.path, name=use.name
                )
