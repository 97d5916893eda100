"""What the control plane says of a resource in its status, where a source is told to keep that.

Source: Istio's own analyzer of conditions. A Gateway's listeners are not looked at there either.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.loose import items, text
from pipeline.model import Diagnostic, Document, Path
from pipeline.model.messages import mesh as messages

_BOUND = frozenset({"istio.io/WaypointBound"})
_ATTACHED = frozenset({"Accepted", "Programmed", "ResolvedRefs"})
_AUTHORIZED = frozenset({"WaypointAccepted", "ZtunnelAccepted"})
_ROUTES = tuple(f"{kinds.ROUTE_API}/{kind}" for kind in ("GRPCRoute", "HTTPRoute"))
_WATCHED: Mapping[str, frozenset[str]] = {
    kinds.AUTHORIZATION_POLICY: _AUTHORIZED,
    kinds.K8S_GATEWAY: _ATTACHED,
    kinds.SERVICE: _BOUND,
    kinds.SERVICE_ENTRY: _BOUND,
    kinds.WORKLOAD_ENTRY: _BOUND,
    **dict.fromkeys(_ROUTES, _ATTACHED),
}
"""Conditions that are well while they are true."""
_IN_PART = "PartiallyInvalid"
"""The reason of a policy that is accepted, though not all of it."""


class Conditions:
    """Reports conditions that a controller has found not to hold."""

    metadata = Metadata(
        name="conditions",
        description="What the control plane says is wrong, in a status that is kept.",
        codes=frozenset({messages.CONDITION_NEGATIVE.code}),
        handles=frozenset(_WATCHED),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at each condition that is watched."""
        key = subject.resource.key
        for path, condition in _conditions(subject.document):
            kind, reason = text(condition, "type"), text(condition, "reason")
            is_partial = kind == "WaypointAccepted" and reason == _IN_PART
            if kind in _WATCHED[key.collection] and (_is_false(condition) or is_partial):
                said = text(condition, "message", reason or "no reason is given").rstrip(".")
                yield messages.CONDITION_NEGATIVE.report(
                    key=key, path=path, condition=kind, said=said
                )


def _conditions(document: Document) -> Iterator[tuple[Path, Any]]:
    """The conditions of a resource; of a route, those that each of its parents has given it."""
    for at, condition in enumerate(items(document.body, "status", "conditions")):
        yield ("status", "conditions", at), condition
    for at, parent in enumerate(items(document.body, "status", "parents")):
        for number, condition in enumerate(items(parent, "conditions")):
            yield ("status", "parents", at, "conditions", number), condition


def _is_false(condition: Any) -> bool:
    return text(condition, "status") == "False"
