"""Ports that a Gateway opens and no Service of its workloads leads to."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis import workloads
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.istio.gateways import servers
from pipeline.analysis.istio.policies import selector_of
from pipeline.analysis.istio.shared_ports import SERVICE_BY_SELECTOR, services_of
from pipeline.analysis.labels import Labels, shown
from pipeline.analysis.others import MOST, a_few
from pipeline.loose import inside, items, text
from pipeline.model import Diagnostic, Resource
from pipeline.model.messages import traffic as messages
from pipeline.stage import Reader


class GatewayPorts:
    """Reports ports of servers that are no port of a Service, nor where one leads to."""

    metadata = Metadata(
        name="gateway-ports",
        description="Ports of a Gateway that no Service of its workloads leads to.",
        codes=frozenset({messages.PORT_NOT_LED_TO.code}),
        handles=frozenset({kinds.GATEWAY}),
        indexes=frozenset({SERVICE_BY_SELECTOR, *workloads.INDEXES}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Compare the ports with those of the Services, where there are any."""
        labels = selector_of(kinds.GATEWAY, subject.document)
        numbers = [
            (path, number)
            for path, server in servers(subject.document)
            if isinstance(number := inside(server, "port", "number"), int)
        ]
        services = _services(subject.reader, labels) if labels and numbers else []
        ports = _ports(services)
        for path, number in numbers if ports else ():
            if number not in ports:
                yield messages.PORT_NOT_LED_TO.report(
                    key=subject.resource.key,
                    path=(*path, "port", "number"),
                    related=[service.key for service in services[:MOST]],
                    port=number,
                    labels=shown(labels),
                    services=a_few([f"{each.key.namespace}/{each.key.name}" for each in services]),
                )


def _services(reader: Reader, labels: Labels) -> list[Resource]:
    """The Services of all workloads that are selected, wherever these are."""
    runs = workloads.examples(reader, workloads.ANYWHERE, labels)
    pods = ((each.key.namespace, workloads.labels_of(each)) for each in runs)
    different = {(namespace, shown(labels)): labels for namespace, labels in pods}
    found = {
        service.key: service
        for (namespace, _), each in different.items()
        for service in services_of(reader, namespace, each)
    }
    return [found[key] for key in sorted(found)]


def _ports(services: list[Resource]) -> set[int]:
    """The numbers of their ports and of what these lead to; empty: one leads to a name, and which
    number that is would be known by the pods alone."""
    ports = [port for each in services for port in items(each.document().body, "spec", "ports")]
    seen = [port for port in ports if text(port, "protocol", "TCP") == "TCP"]
    numbers = [inside(port, field) for port in seen for field in ("port", "targetPort")]
    if any(isinstance(number, str) for number in numbers):
        return set()
    return {number for number in numbers if isinstance(number, int)}
