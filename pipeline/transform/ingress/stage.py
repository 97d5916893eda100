"""The transform: from one Ingress to shares, and from the shares of a host to what routes it."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline import kinds
from pipeline.model import Diagnostic, Document, Key, Kinds, Path, Resource
from pipeline.model.messages import ingress as messages
from pipeline.stage import Joined, Outcome, Reader
from pipeline.transform.ingress import joining
from pipeline.transform.ingress.backends import UnresolvedError, destination
from pipeline.transform.ingress.certificates import certificates
from pipeline.transform.ingress.classes import DEFAULT_CLASS, judge
from pipeline.transform.ingress.reading import Backend, Ingress, read
from pipeline.transform.ingress.settings import IngressSettings
from pipeline.transform.ingress.shares import SECURED_HOST, given, hosted
from pipeline.transform.stages import Transform

_API_VERSION = "networking.istio.io/v1"


class Ingresses(Transform):
    """Makes of each Ingress that is ours its part of Gateways and VirtualServices."""

    collections = frozenset({kinds.INGRESS_CLASS, kinds.SERVICE})
    indexes = frozenset({DEFAULT_CLASS})

    def __init__(self, settings: IngressSettings, known: Kinds | None = None) -> None:
        super().__init__(settings.name, settings.match, known)
        self._settings = settings
        self._kinds = known or Kinds()

    def handles(self, collection: str) -> bool:
        on = self._settings.mode != "off"
        return on and collection == kinds.INGRESS and super().handles(collection)

    def outcome(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        key, settings = resource.key, self._settings
        verdict = judge(settings, key, document, reader)
        if not verdict.ours:
            return Outcome((resource,), verdict.diagnostics)
        ingress = read(key, document)
        resolved, unknown = self._destinations(key, ingress, reader)
        hosts = hosted(ingress, resolved)
        served, unused = certificates(key, ingress.tls, hosts, settings.credential)
        return Outcome(
            (resource,) if settings.keep else (),
            (*verdict.diagnostics, *ingress.diagnostics, *unknown, *unused),
            tuple(given(settings, hosts, served, resolved)),
        )

    def join(self, key: Key, shares: Mapping[Key, Resource]) -> Joined:
        """What routes a host, or serves a certificate, from the shares of all its Ingresses."""
        bodies = {giver: share.document().body for giver, share in shares.items()}
        if key.collection == SECURED_HOST:
            return Joined(None, tuple(joining.certified_twice(bodies)))
        if key.collection == kinds.GATEWAY:
            return Joined(self._built(key, joining.gateway(self._settings, bodies)))
        body = joining.virtual_service(self._settings, bodies)
        return Joined(self._built(key, body), tuple(joining.remarks(self._settings, bodies)))

    def _built(self, key: Key, body: dict[str, Any]) -> Resource:
        kind = self._kinds.get(key.collection)
        return Resource.build(key, kind.api_version if kind else _API_VERSION, body=body)

    def _destinations(
        self, key: Key, ingress: Ingress, reader: Reader
    ) -> tuple[dict[Path, dict[str, Any]], list[Diagnostic]]:
        """Where each backend is, by its place, and those of which it cannot be told."""
        known: dict[Path, dict[str, Any]] = {}
        unknown: list[Diagnostic] = []
        for backend in _backends(ingress):
            try:
                known[backend.at] = destination(
                    backend, key.namespace, self._settings.domain, reader
                )
            except UnresolvedError as error:
                unknown.append(_unresolved(key, backend, error))
        return known, unknown


def _backends(ingress: Ingress) -> Iterator[Backend]:
    for rule in ingress.rules:
        yield from (route.backend for route in rule.routes)
    if ingress.default:
        yield ingress.default.backend


def _unresolved(key: Key, backend: Backend, error: UnresolvedError) -> Diagnostic:
    return messages.PORT_UNKNOWN.report(
        key=key,
        path=backend.at,
        related=(Key(kinds.SERVICE, key.namespace, backend.service),),
        port=backend.port,
        service=backend.service,
        problem=error,
    )
