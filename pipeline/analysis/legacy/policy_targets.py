"""The Services that an authentication policy is for, and their ports."""

from collections.abc import Iterator
from typing import Any

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.istio.protocols import family_of, protocol_of
from pipeline.analysis.legacy import kinds as old
from pipeline.analysis.legacy.authentication import (
    POLICY_BY_TARGET,
    Target,
    has_tokens,
    targets_of,
)
from pipeline.analysis.others import conflict
from pipeline.loose import items, text
from pipeline.model import Diagnostic, Key
from pipeline.model.messages import legacy as messages


class PolicyTargets:
    """Reports ports that do not exist or carry no tokens, and Services with two policies."""

    metadata = Metadata(
        name="policy-targets",
        description="Authentication policies for ports that do not fit, or for the same Service.",
        codes=frozenset(
            each.code
            for each in (messages.PORT_UNKNOWN, messages.PORT_OPAQUE, messages.POLICY_TWICE)
        ),
        handles=frozenset({old.POLICY}),
        reads=frozenset({kinds.SERVICE}),
        indexes=frozenset({POLICY_BY_TARGET}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at each target."""
        key = subject.resource.key
        wants_tokens = has_tokens(subject.document)
        for target in targets_of(subject.document):
            yield from _twice(subject, target)
            service = subject.reader.get(Key(kinds.SERVICE, key.namespace, target.service))
            if service is None:
                continue
            ports = items(service.document().body, "spec", "ports")
            for path, port in target.ports:
                if not any(_is(each, port) for each in ports):
                    yield messages.PORT_UNKNOWN.report(
                        key=key,
                        path=(*target.path, *path),
                        related=(service.key,),
                        service=target.service,
                        port=port,
                    )
            for each in ports if wants_tokens else ():
                if _is_meant(target, each) and not _carries_tokens(each):
                    yield messages.PORT_OPAQUE.report(
                        key=key,
                        path=(*target.path, "name"),
                        related=(service.key,),
                        service=target.service,
                        port=text(each, "name") or "without a name",
                    )


def _is(port: Any, said: str | int) -> bool:
    return type(port) is dict and said in (port.get("name"), port.get("port"))


def _is_meant(target: Target, port: Any) -> bool:
    return not target.ports or any(_is(port, said) for _, said in target.ports)


def _carries_tokens(port: Any) -> bool:
    return family_of(port) == "http" or protocol_of(port) == "https"


def _twice(subject: Subject, target: Target) -> Iterator[Diagnostic]:
    """Another policy for the same Service, and for a port of it that this one is for, too."""
    key = subject.resource.key
    mine = _ports(target)
    others = sorted(
        other.key
        for other in subject.reader.find(POLICY_BY_TARGET, f"{key.namespace} {target.service}")
        if other.key != key
        and any(
            not mine or not _ports(each) or mine & _ports(each)
            for each in targets_of(other.document())
            if each.service == target.service
        )
    )
    if others:
        path = (*target.path, "name")
        yield conflict(messages.POLICY_TWICE, key, path, others, service=target.service)


def _ports(target: Target) -> frozenset[str | int]:
    return frozenset(port for _, port in target.ports)
