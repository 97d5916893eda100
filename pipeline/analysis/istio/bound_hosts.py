"""VirtualServices at a gateway that serves none of their hosts, and two that answer everything."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.hosts import covering, hosts_in
from pipeline.analysis.istio.gateways import server_hosts, servers
from pipeline.analysis.others import a_few, conflict, other_keys
from pipeline.analysis.targets import gateway_name, is_generated
from pipeline.loose import items
from pipeline.model import Diagnostic, Document, Key, Path, Resource
from pipeline.model.messages import traffic as messages
from pipeline.stage import Index, Reader


def gateways_of(document: Document, namespace: str) -> Iterator[tuple[Path, str]]:
    """Each gateway of a VirtualService as `namespace/name`, with its path."""
    for at, value in enumerate(items(document.body, "spec", "gateways")):
        if name := gateway_name(value, namespace):
            yield ("spec", "gateways", at), "/".join(name)


def _answers_everything(resource: Resource, document: Document) -> Iterator[str]:
    """Gateway and host of a VirtualService that has a rule without conditions."""
    rules = [rule for rule in items(document.body, "spec", "http") if isinstance(rule, dict)]
    if all(rule.get("match") for rule in rules):
        return
    for _, gateway in gateways_of(document, resource.key.namespace):
        yield from (f"{gateway} {host}" for _, host in hosts_in(document))


def _served(resource: Resource, document: Document) -> Iterator[str]:
    """Gateway, namespace and host of each server; and, to be found by wildcards, what covers it."""
    gateway = f"{resource.key.namespace}/{resource.key.name}"
    for _, server in servers(document):
        for _, served in server_hosts(server, resource.key.namespace):
            yield f"{gateway} {served}"
            place, _, host = served.partition("/")
            yield from (f"{gateway} {place} below {each}" for each in covering(host))


ROUTE_OF_EVERYTHING = Index(
    "virtual-service-of-everything", kinds.VIRTUAL_SERVICE, _answers_everything
)
GATEWAY_BY_HOST = Index("gateway-by-host", kinds.GATEWAY, _served)


class BoundHosts:
    """Reports what VirtualServices and their gateways do not agree on."""

    metadata = Metadata(
        name="bound-hosts",
        description="Hosts that a VirtualService's gateway does not serve, or serves twice.",
        codes=frozenset(
            each.code
            for each in (
                messages.HOST_NOT_AT_GATEWAY,
                messages.GATEWAY_GENERATED,
                messages.GATEWAY_HOST_SHARED,
            )
        ),
        handles=frozenset({kinds.VIRTUAL_SERVICE}),
        reads=frozenset({kinds.GATEWAY}),
        indexes=frozenset({GATEWAY_BY_HOST, ROUTE_OF_EVERYTHING}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Compare with each gateway that is there."""
        mine = subject.resource.key
        listed = [host for _, host in hosts_in(subject.document)]
        for path, gateway in gateways_of(subject.document, mine.namespace):
            namespace, _, name = gateway.partition("/")
            if is_generated(name):
                yield messages.GATEWAY_GENERATED.report(key=mine, path=path, gateway=name)
                continue
            held = subject.reader.get(Key(kinds.GATEWAY, namespace, name))
            if held and listed and not _serves(subject.reader, gateway, mine.namespace, listed):
                yield messages.HOST_NOT_AT_GATEWAY.report(
                    key=mine,
                    path=path,
                    related=[held.key],
                    gateway=gateway,
                    hosts=a_few(listed),
                )
        yield from _shared(subject)


def _shared(subject: Subject) -> Iterator[Diagnostic]:
    mine = subject.resource.key
    for place in _answers_everything(subject.resource, subject.document):
        others = other_keys(subject.reader.find(ROUTE_OF_EVERYTHING, place), mine)
        if others:
            gateway, _, host = place.partition(" ")
            yield conflict(
                messages.GATEWAY_HOST_SHARED,
                mine,
                ("spec", "hosts"),
                others,
                host=host,
                gateway=gateway,
            )


def _serves(reader: Reader, gateway: str, namespace: str, listed: list[str]) -> bool:
    """Whether a gateway and a VirtualService, each perhaps by wildcards, have a host in common."""
    return any(
        reader.find(GATEWAY_BY_HOST, f"{gateway} {value}")
        for host in listed
        for place in ("*", namespace)
        for value in _meeting(place, host)
    )


def _meeting(place: str, host: str) -> Iterator[str]:
    yield from (f"{place}/{each}" for each in covering(host))
    if host.startswith("*"):
        yield f"{place} below {host}"
