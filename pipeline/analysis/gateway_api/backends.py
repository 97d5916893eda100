"""Backends of a route that get no request: a port that is not there, weights of nothing."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.gateway_api.grants import Reference, references_of
from pipeline.loose import inside, items
from pipeline.model import Diagnostic, Key
from pipeline.model.messages import gateway_api as messages

_RULES = Fields((("spec.rules.*", None),))


class Backends:
    """Reports ports that a Service has not, and rules whose backends all have no weight."""

    metadata = Metadata(
        name="backends",
        description="Backends of routes of the Gateway API that no request reaches.",
        codes=frozenset({messages.BACKEND_PORT_MISSING.code, messages.BACKENDS_WEIGHTLESS.code}),
        handles=frozenset(kinds.K8S_ROUTES),
        reads=frozenset({kinds.SERVICE}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at each backend, then at each rule."""
        mine = subject.resource.key
        for reference in references_of(subject.resource, subject.document):
            yield from _missing_port(subject, reference)
        for path, rule, _ in _RULES.match(subject.document.body):
            weights = [inside(backend, "weight") for backend in items(rule, "backendRefs")]
            if weights and all(weight == 0 for weight in weights):
                where = (*path, "backendRefs")
                yield messages.BACKENDS_WEIGHTLESS.report(key=mine, path=where)


def _missing_port(subject: Subject, reference: Reference) -> Iterator[Diagnostic]:
    if (reference.group, reference.kind) != ("", "Service"):
        return
    held = subject.reader.get(Key(kinds.SERVICE, reference.namespace, reference.name))
    if held is None or not isinstance(reference.port, int):
        return
    ports = [inside(each, "port") for each in items(held.document().body, "spec", "ports")]
    if ports and reference.port not in ports:
        yield messages.BACKEND_PORT_MISSING.report(
            key=subject.resource.key,
            path=(*reference.path, "port"),
            related=[held.key],
            service=f"{reference.namespace}/{reference.name}",
            port=reference.port,
            ports=", ".join(map(str, ports)),
        )
