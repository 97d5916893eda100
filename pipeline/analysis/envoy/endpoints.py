"""Endpoints of clusters: those that are fetched and not there, those that nobody fetches."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.envoy.spelling import held, said, spelled
from pipeline.analysis.envoy.uses import is_here
from pipeline.model import Diagnostic, Document, Key, Path, Resource
from pipeline.model.messages import envoy as messages
from pipeline.stage import Index

_EDS = ("EDS", 3)


def _fetched(resource: Resource, document: Document) -> tuple[Path, str] | None:
    """Whose endpoints a cluster fetches from the server itself, and where it says so."""
    spec = document.body.get("spec")
    config = held(spec, "eds_cluster_config")
    if held(spec, "type") not in _EDS or not is_here(held(config, "eds_config")):
        return None
    if name := said(config, "service_name"):
        within = spelled(config, "service_name")
        return ("spec", spelled(spec, "eds_cluster_config"), within), name
    return ("spec", "type"), said(spec, "name") or resource.key.name


def _values(resource: Resource, document: Document) -> Iterator[str]:
    if fetched := _fetched(resource, document):
        yield fetched[1]


CLUSTER_BY_ENDPOINTS = Index("envoy-cluster-by-endpoints", kinds.ENVOY_CLUSTER, _values)


class EnvoyEndpoints:
    """Reports clusters without endpoints, and endpoints without a cluster."""

    metadata = Metadata(
        name="envoy-endpoints",
        description="Clusters whose endpoints are not there, and endpoints that nobody fetches.",
        codes=frozenset({messages.ENDPOINTS_MISSING.code, messages.ENDPOINTS_UNUSED.code}),
        handles=frozenset({kinds.ENVOY_CLUSTER, kinds.ENVOY_ENDPOINTS}),
        reads=frozenset({kinds.ENVOY_ENDPOINTS}),
        indexes=frozenset({CLUSTER_BY_ENDPOINTS}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look for the other side."""
        mine = subject.resource.key
        if mine.collection == kinds.ENVOY_CLUSTER:
            yield from _missing(subject)
        elif not subject.reader.find(CLUSTER_BY_ENDPOINTS, mine.name):
            yield messages.ENDPOINTS_UNUSED.report(key=mine, level=subject.doubt)


def _missing(subject: Subject) -> Iterator[Diagnostic]:
    if fetched := _fetched(subject.resource, subject.document):
        path, name = fetched
        target = Key(kinds.ENVOY_ENDPOINTS, "", name)
        if subject.reader.get(target) is None:
            yield messages.ENDPOINTS_MISSING.report(
                key=subject.resource.key,
                path=path,
                related=[target],
                level=subject.doubt,
                name=name,
            )
