"""The stage that serves old policies as they were, or carries them over: whole or not at all."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline import kinds as names
from pipeline.loose import mapping
from pipeline.model import Diagnostic, Document, Key, Kinds, Resource
from pipeline.model.messages import shaping as messages
from pipeline.schema.phrases import field
from pipeline.stage import Outcome, Reader
from pipeline.transform.authentication.errors import LostTargetError, NotCarriedOverError
from pipeline.transform.authentication.origins import authorization_policy, request_authentication
from pipeline.transform.authentication.peers import STRICT, mode, peer_authentication
from pipeline.transform.authentication.settings import AuthenticationSettings
from pipeline.transform.authentication.targets import Target, targets
from pipeline.transform.errors import TransformRefusedError
from pipeline.transform.rebuild import rebuilt
from pipeline.transform.stages import Transform

POLICIES = frozenset((names.AUTHENTICATION_POLICY, names.MESH_POLICY))
API_VERSION = "security.istio.io/v1"
_HINT = (
    "; a DestinationRule for one of these hosts that says a TLS mode other than ISTIO_MUTUAL keeps"
    " its clients out"
)


class Authentication(Transform):
    """Serves old policies as they were, or derives from them what takes their place."""

    def __init__(self, given: AuthenticationSettings, kinds: Kinds | None = None) -> None:
        super().__init__(given.name, given.match, kinds)
        self._given = given
        if given.into == "current":
            self.collections = frozenset((names.SERVICE,))

    def handles(self, collection: str) -> bool:
        return collection in POLICIES and super().handles(collection)

    def outcome(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        spec = mapping(document.body, "spec")
        if self._given.into == "original":
            return Outcome((self._filled(resource, document, spec),))
        try:
            made = tuple(self._current(resource, document, spec, reader))
        except LostTargetError as error:
            raise TransformRefusedError(_lost(resource.key, error)) from error
        except NotCarriedOverError as error:
            raise TransformRefusedError(_not_carried_over(resource.key, error)) from error
        kept = (resource,) if self._given.keep else ()
        return Outcome((*kept, *made), (_carried_over(resource.key, made, spec),))

    def _filled(self, resource: Resource, document: Document, spec: Mapping[str, Any]) -> Resource:
        """With an empty map where a peer says `mtls:` and nothing more."""
        peers = spec.get("peers")
        if not isinstance(peers, list):
            return resource
        body = {**document.body, "spec": {**spec, "peers": [_with_mtls(peer) for peer in peers]}}
        made = Document(document.labels, document.annotations, body)
        return rebuilt(self._label, resource, made)

    def _current(
        self, resource: Resource, document: Document, spec: Mapping[str, Any], reader: Reader
    ) -> Iterator[Resource]:
        found = mode(spec)
        for target in targets(resource.key, spec, self._given.root_namespace, reader):
            specs = {
                names.PEER_AUTHENTICATION: peer_authentication(target, found),
                names.REQUEST_AUTHENTICATION: request_authentication(target, spec),
                names.AUTHORIZATION_POLICY: authorization_policy(target, spec),
            }
            for collection, made in specs.items():
                if made is not None:
                    yield _derived(collection, target, made, document)


def _derived(
    collection: str, target: Target, spec: Mapping[str, Any], document: Document
) -> Resource:
    return Resource.build(
        Key(collection, target.namespace, target.name),
        API_VERSION,
        labels=document.labels,
        body={"spec": spec},
    )


def _with_mtls(peer: Any) -> Any:
    if isinstance(peer, Mapping) and "mtls" in peer and peer["mtls"] is None:
        return {**peer, "mtls": {}}
    return peer


def _lost(key: Key, error: LostTargetError) -> Diagnostic:
    return messages.TARGET_MISSING.report(
        key=key,
        path=error.path,
        related=(Key(names.SERVICE, key.namespace, error.service),),
        service=error.service,
        problem=error.problem,
    )


def _not_carried_over(key: Key, error: NotCarriedOverError) -> Diagnostic:
    return messages.NOT_CARRIED_OVER.report(
        key=key, path=error.path, field=field(error.path), problem=error.problem
    )


def _carried_over(key: Key, made: tuple[Resource, ...], spec: Mapping[str, Any]) -> Diagnostic:
    derived = ", ".join(
        f"{one.key.collection.rpartition('/')[2]} {one.key.namespace}/{one.key.name}"
        for one in made
    )
    hint = _HINT if mode(spec) == STRICT else ""
    return messages.CARRIED_OVER.report(key=key, derived=derived, hint=hint)
