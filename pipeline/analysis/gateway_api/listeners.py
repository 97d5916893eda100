"""Listeners of a Gateway that get in each other's way, or that cannot be opened."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.gateway_api.parents import listeners_of
from pipeline.loose import items, mapping, text
from pipeline.model import Diagnostic, Document, Key, Path
from pipeline.model.messages import gateway_api as messages

_FAMILY: Mapping[str, str] = {
    "HTTP": "HTTP",
    "HTTPS": "TLS",
    "TCP": "TCP",
    "TLS": "TLS",
    "UDP": "UDP",
}
"""Protocols of one family share a port; what others, of implementations, share is theirs to say."""
_WITHOUT_HOST = frozenset({"TCP", "UDP"})
_MADE_BY_ISTIO = frozenset({"istio", "istio-remote", "istio-waypoint", "istio-east-west"})
"""GatewayClasses that Istio makes when it starts."""


class Listeners:
    """Reports listeners that conflict or have no certificate, and classes that nobody holds."""

    metadata = Metadata(
        name="listeners",
        description="Listeners of the Gateway API that cannot be opened.",
        codes=frozenset(
            each.code
            for each in (
                messages.LISTENERS_CONFLICT,
                messages.CERTIFICATE_NEEDED,
                messages.CLASS_UNKNOWN,
            )
        ),
        handles=frozenset({kinds.K8S_GATEWAY}),
        reads=frozenset({kinds.GATEWAY_CLASS}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at the class and at each listener."""
        mine, document = subject.resource.key, subject.document
        if name := _unknown_class(subject):
            yield messages.CLASS_UNKNOWN.report(
                key=mine, path=("spec", "gatewayClassName"), level=subject.doubt, name=name
            )
        for path, other, place in _conflicts(document):
            yield messages.LISTENERS_CONFLICT.report(key=mine, path=path, other=other, place=place)
        for path, listener in listeners_of(document):
            if _needs_certificate(listener):
                yield messages.CERTIFICATE_NEEDED.report(
                    key=mine, path=path, protocol=text(listener, "protocol")
                )


def _unknown_class(subject: Subject) -> str:
    name = text(subject.document.body.get("spec"), "gatewayClassName")
    if not name or name in _MADE_BY_ISTIO or not subject.reader.holds(kinds.GATEWAY_CLASS):
        return ""
    return "" if subject.reader.get(Key(kinds.GATEWAY_CLASS, "", name)) else name


def _conflicts(document: Document) -> Iterator[tuple[Path, str, str]]:
    """Each listener whose port another has with the same host, or for something else."""
    first: dict[tuple[int, str, str], tuple[Path, str]] = {}
    families: dict[tuple[int, bool], tuple[str, str]] = {}
    for path, listener in listeners_of(document):
        port, protocol = listener.get("port"), text(listener, "protocol")
        name = text(listener, "name", "without a name")
        if not isinstance(port, int) or not protocol:
            continue
        host = "" if protocol in _WITHOUT_HOST else text(listener, "hostname").lower()
        family = _FAMILY.get(protocol, "")
        place = (port, protocol == "UDP")
        known, holder = families.setdefault(place, (family, name)) if family else ("", "")
        earlier, same = first.setdefault((port, protocol, host), (path, name))
        if known != family:
            yield (*path, "port"), holder, f"port {port} with another protocol"
        elif earlier != path:
            yield path, same, f"port {port} for {host or 'every host'}"


def _needs_certificate(listener: dict[str, Any]) -> bool:
    if text(listener, "protocol") not in ("HTTPS", "TLS"):
        return False
    tls = mapping(listener, "tls")
    is_passed_on = text(tls, "mode", "Terminate") == "Passthrough"
    return not (is_passed_on or items(tls, "certificateRefs") or mapping(tls, "options"))
