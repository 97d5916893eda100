"""Names of clusters, routes and extensions that lead nowhere.

Each is looked up by its key, so a cluster that goes is known to be what breaks the routes that
still name it. A service that Envoy itself calls may be a cluster of its own bootstrap.
"""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.envoy.uses import Named, uses_of
from pipeline.model import Diagnostic, Key
from pipeline.model.messages import envoy as messages

_TARGETS = {
    Named.CLUSTER: (kinds.ENVOY_CLUSTER, messages.CLUSTER_MISSING),
    Named.EXTENSION: (kinds.ENVOY_EXTENSION, messages.EXTENSION_MISSING),
    Named.ROUTES: (kinds.ENVOY_ROUTES, messages.ROUTES_MISSING),
    Named.SERVICE: (kinds.ENVOY_CLUSTER, messages.SERVICE_NOT_HELD),
}


class EnvoyReferences:
    """Reports names whose resource does not exist."""

    metadata = Metadata(
        name="envoy-references",
        description="Names of clusters, routes and extensions of Envoy that lead nowhere.",
        codes=frozenset(message.code for _, message in _TARGETS.values()),
        handles=frozenset(kinds.ENVOY_CONFIG),
        reads=frozenset(collection for collection, _ in _TARGETS.values()),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look up everything that the resource names."""
        for use in uses_of(subject.resource):
            if use.what not in _TARGETS:
                continue
            collection, message = _TARGETS[use.what]
            target = Key(collection, "", use.name)
            if subject.reader.get(target) is None:
                yield message.report(
                    key=subject.resource.key,
                    path=use.path,
                    related=[target],
                    level=subject.doubt,
                    name=use.name,
                )
