"""The stage that derives an entry from each Service; it reads no more than what is behind it."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.loose import items
from pipeline.model import Diagnostic, Document, Key, Kinds, Level, Resource
from pipeline.model.messages import service_entries as messages
from pipeline.stage import Index, Outcome, Present, Reader
from pipeline.transform.service_entries import entry, problems
from pipeline.transform.service_entries.backends import (
    Backend,
    in_endpoints,
    in_slice,
    merged,
    of_service,
    receiving,
    waiting,
)
from pipeline.transform.service_entries.ports import ports_of
from pipeline.transform.service_entries.settings import ServiceEntriesSettings
from pipeline.transform.service_entries.workloads import POD_BY_ADDRESS, workload_of
from pipeline.transform.stages import Transform

_OF_SERVICE = "kubernetes.io/service-name"
"""The label of a slice that names its Service."""


def _service(resource: Resource, document: Document) -> Iterator[str]:
    if name := document.labels.get(_OF_SERVICE):
        yield f"{resource.key.namespace}/{name}"


_BEHIND = (
    ("EndpointSlices", "endpoints", (kinds.ENDPOINT_SLICE, kinds.ENDPOINTS), Level.WARNING),
    ("Pods", "labels and identities", (kinds.POD,), Level.WARNING),
    ("Nodes", "localities but those that Pods tell", (kinds.NODE,), Level.INFO),
)
"""What is behind a Service, what an entry has of it, the collections that may hold it, and how bad
it is without."""

SLICE_BY_SERVICE = Index("slice-by-service", kinds.ENDPOINT_SLICE, _service)


class ServiceEntries(Transform):
    """Derives a synthetic ServiceEntry from each Service, which itself passes on as it is."""

    collections = frozenset({kinds.ENDPOINTS, kinds.NODE, kinds.POD})
    indexes = frozenset({POD_BY_ADDRESS, SLICE_BY_SERVICE})
    only_derives = True

    def __init__(self, given: ServiceEntriesSettings, known: Kinds | None = None) -> None:
        super().__init__(given.name, given.match, known)
        self._domain, self._trust_domain = given.domain, given.trust_domain

    def handles(self, collection: str) -> bool:
        return collection == kinds.SERVICE and super().handles(collection)

    def outcome(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        key = resource.key
        listed = _listed(key, reader)  # first of all: what rests on it blocks nothing
        if found := tuple(problems.misshapen(key, document)):
            return Outcome((resource,), found)
        ports = ports_of(items(document.body, "spec", "ports"))
        if entry.external_name(document):
            listed = []
        usable = of_service(listed, {port.given: port.name for port in ports})
        host = f"{key.name}.{key.namespace}.svc.{self._domain}"
        made = entry.entry_of(key, document, host, ports, self._behind(usable, reader))
        unreachable = _unreachable(key, listed, usable)
        return Outcome((resource, made), (*problems.too_visible(key, document), *unreachable))

    def idle(self, present: Present) -> Iterator[Diagnostic]:
        """What entries lack because the channel observes nothing of a kind."""
        for named, lack, collections, level in _BEHIND:
            if present.holds(kinds.SERVICE) and not any(map(present.holds, collections)):
                yield messages.NOTHING_OBSERVED.report(
                    level=level, transform=self._label, kinds=named, lack=lack
                )

    def _behind(self, backends: list[Backend], reader: Reader) -> entry.Behind:
        chosen = receiving(backends)
        places = [(each, workload_of(reader, each, self._trust_domain)) for each in chosen]
        return entry.Behind(places, waiting(backends))


def _listed(service: Key, reader: Reader) -> list[Backend]:
    """Of its slices; of its Endpoints where there is none."""
    namespace = service.namespace
    slices = reader.find(SLICE_BY_SERVICE, f"{namespace}/{service.name}")
    if slices:
        return merged(one for each in slices for one in in_slice(namespace, each.document()))
    endpoints = reader.get(Key(kinds.ENDPOINTS, namespace, service.name))
    return merged(in_endpoints(namespace, endpoints.document())) if endpoints else []


def _unreachable(key: Key, listed: list[Backend], usable: list[Backend]) -> Iterator[Diagnostic]:
    """That addresses are listed with ports that the Service does not have."""
    if lost := len(listed) - len(usable):
        names = sorted({name or "(no name)" for each in listed for name in each.ports})
        yield messages.PORTS_UNKNOWN.report(
            key=key, path=("spec", "ports"), count=lost, names=", ".join(names) or "none"
        )
