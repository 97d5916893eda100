"""One workload behind several Services that do not agree about its ports.

The Services of a workload are looked up under the labels of its pods. Ports that do not name their
protocol are told apart by the proxy itself, so they contradict nobody.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.istio.policies import selector_of
from pipeline.analysis.istio.protocols import family_of
from pipeline.analysis.labels import Labels, first_pair, meets, pairs
from pipeline.analysis.workloads import DESCRIBED, TEMPLATES, pod_of
from pipeline.loose import inside, items, text
from pipeline.model import Diagnostic, Document, Key, Resource
from pipeline.model.messages import workloads as messages
from pipeline.model.messages.message import Message
from pipeline.stage import Index, Reader


def _selectors(resource: Resource, document: Document) -> Iterator[str]:
    if labels := selector_of(kinds.SERVICE, document):
        yield f"{resource.key.namespace} {first_pair(labels)}"


SERVICE_BY_SELECTOR = Index("service-by-selector", kinds.SERVICE, _selectors)


class Port(NamedTuple):
    """A port of one of the Services."""

    service: Key
    number: str
    target: str
    protocol: str
    """Empty if the Service does not say."""


class SharedPorts:
    """Reports ports that several Services of a workload see differently."""

    metadata = Metadata(
        name="shared-ports",
        description="Services of one workload that contradict each other about its ports.",
        codes=frozenset({messages.PROTOCOLS_CONFLICT.code, messages.PORTS_CONFLICT.code}),
        handles=DESCRIBED,
        indexes=frozenset({SERVICE_BY_SELECTOR}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Compare the ports of all Services that select the workload."""
        key = subject.resource.key
        pod = pod_of(key.collection, subject.document)
        services = services_of(subject.reader, key.namespace, pod.labels)
        if len(services) < 2:
            return
        ports = [port for service in services for port in _ports(service)]
        for target, same in _by_target(ports):
            protocols = _listed({port.protocol for port in same} - {""})
            numbers = _listed({port.number for port in same})
            if len({port.service for port in same}) < 2:
                continue
            if "," in protocols:
                yield _report(messages.PROTOCOLS_CONFLICT, subject, same, target, protocols)
            if "," in numbers:
                yield _report(messages.PORTS_CONFLICT, subject, same, target, numbers)


def services_of(reader: Reader, namespace: str, labels: Labels) -> list[Resource]:
    """The Services that select pods with these labels."""
    found = (
        service
        for pair in sorted(pairs(labels))
        for service in reader.find(SERVICE_BY_SELECTOR, f"{namespace} {pair}")
    )
    return [each for each in found if meets(labels, selector_of(kinds.SERVICE, each.document()))]


def _ports(service: Resource) -> Iterator[Port]:
    """Its ports but those of UDP, which no proxy sees."""
    for port in items(service.document().body, "spec", "ports"):
        number = inside(port, "port")
        if number is not None and text(port, "protocol", "TCP") == "TCP":
            target = str(port.get("targetPort") or number)
            yield Port(service.key, str(number), target, family_of(port))


def _by_target(ports: list[Port]) -> list[tuple[str, list[Port]]]:
    """The ports that lead to one of the workload's."""
    groups: dict[str, list[Port]] = defaultdict(list)
    for port in ports:
        groups[port.target].append(port)
    return sorted(groups.items())


def _report(
    message: Message, subject: Subject, ports: list[Port], target: str, said: str
) -> Diagnostic:
    services = sorted({port.service for port in ports})
    return message.report(
        key=subject.resource.key,
        path=TEMPLATES[subject.resource.key.collection],
        related=services,
        services=_listed({service.name for service in services}),
        target=target,
        said=said,
    )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
