"""Routes that their Gateway has no listener for."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.gateway_api.parents import (
    Parent,
    have_common,
    hostnames_of,
    is_meant,
    listeners_of,
    parents_of,
)
from pipeline.analysis.labels import Labels, selector_meets
from pipeline.loose import items, mapping, text
from pipeline.model import Diagnostic, Key, Path
from pipeline.model.messages import gateway_api as messages
from pipeline.model.messages.message import Message
from pipeline.stage import Reader

_BY_PROTOCOL: Mapping[str, frozenset[str]] = {
    "HTTP": frozenset({"HTTPRoute", "GRPCRoute"}),
    "HTTPS": frozenset({"HTTPRoute", "GRPCRoute"}),
    "TLS": frozenset({"TLSRoute", "TCPRoute"}),
    "TCP": frozenset({"TCPRoute"}),
    "UDP": frozenset({"UDPRoute"}),
}


class Attachments:
    """Reports routes that are not attached to a Gateway which is there."""

    metadata = Metadata(
        name="attachments",
        description="Routes of the Gateway API that no listener of their Gateway takes.",
        codes=frozenset(
            each.code
            for each in (
                messages.NO_SUCH_LISTENER,
                messages.ROUTE_NOT_ALLOWED,
                messages.HOSTNAMES_NOT_SERVED,
            )
        ),
        handles=frozenset(kinds.K8S_ROUTES),
        reads=frozenset({kinds.K8S_GATEWAY, kinds.NAMESPACE}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at the listeners of each parent."""
        for parent in parents_of(subject.document, subject.resource.key.namespace):
            held = subject.reader.get(parent.key)
            if held is not None:
                every = [listener for _, listener in listeners_of(held.document())]
                yield from _judged(subject, parent, every)


def _judged(subject: Subject, parent: Parent, every: list[dict[str, Any]]) -> Iterator[Diagnostic]:
    meant = [listener for listener in every if is_meant(parent, listener)]
    mine, reader = subject.resource.key, subject.reader
    allowing = [each for each in meant if _allows(reader, parent.key, each, mine)]
    if not meant and (parent.section or parent.port is not None):
        yield _no_listener(mine, parent, every)
    elif meant and not allowing:
        yield _report(
            messages.ROUTE_NOT_ALLOWED,
            mine,
            parent,
            parent.path,
            kind=mine.collection.rpartition("/")[2],
            namespace=mine.namespace,
        )
    elif allowing:
        yield from _not_served(subject, parent, allowing)


def _no_listener(mine: Key, parent: Parent, every: list[dict[str, Any]]) -> Diagnostic:
    has_section = any(each.get("name") == parent.section for each in every)
    by_port = not parent.section or has_section
    field, wanted = ("port", parent.port) if by_port else ("sectionName", parent.section)
    path = (*parent.path, field)
    return _report(messages.NO_SUCH_LISTENER, mine, parent, path, field=field, wanted=wanted)


def _not_served(
    subject: Subject, parent: Parent, listeners: list[dict[str, Any]]
) -> Iterator[Diagnostic]:
    hosts = hostnames_of(subject.document)
    served = sorted({text(each, "hostname").lower() for each in listeners})
    if hosts and not any(have_common(host, each) for host in hosts for each in served):
        yield _report(
            messages.HOSTNAMES_NOT_SERVED,
            subject.resource.key,
            parent,
            ("spec", "hostnames"),
            hosts=", ".join(hosts),
            served=", ".join(served),
        )


def _report(message: Message, mine: Key, parent: Parent, path: Path, **facts: Any) -> Diagnostic:
    gateway = f"{parent.key.namespace}/{parent.key.name}"
    return message.report(key=mine, path=path, related=[parent.key], gateway=gateway, **facts)


def _allows(reader: Reader, gateway: Key, listener: dict[str, Any], route: Key) -> bool:
    """Whether a listener takes routes of this kind from this namespace, as far as is known."""
    return _allows_kind(listener, route) and _allows_namespace(reader, gateway, listener, route)


def _allows_kind(listener: dict[str, Any], route: Key) -> bool:
    group, _, kind = route.collection.rpartition("/")
    said = items(listener, "allowedRoutes", "kinds")
    if said:
        return any(
            text(each, "group", kinds.ROUTE_API) == group and text(each, "kind") == kind
            for each in said
        )
    by_protocol = _BY_PROTOCOL.get(text(listener, "protocol"))
    return by_protocol is None or kind in by_protocol


def _allows_namespace(reader: Reader, gateway: Key, listener: dict[str, Any], route: Key) -> bool:
    namespaces = mapping(listener, "allowedRoutes", "namespaces")
    place = text(namespaces, "from", "Same")
    if place == "Same":
        return route.namespace == gateway.namespace
    if place != "Selector":
        return place != "None"
    labels = _labels_of(reader, route.namespace)
    return labels is None or selector_meets(labels, mapping(namespaces, "selector"))


def _labels_of(reader: Reader, namespace: str) -> Labels | None:
    """The labels of a namespace, with the one that every namespace has; None: nobody holds it."""
    found = reader.get(Key(kinds.NAMESPACE, "", namespace))
    return {**found.labels, "kubernetes.io/metadata.name": namespace} if found else None
