"""ServiceRoles for Services that are not there."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pipeline import kinds
from pipeline.analysis import hosts
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.legacy import kinds as old
from pipeline.analysis.legacy.authentication import namespace_of
from pipeline.model import Diagnostic
from pipeline.model.messages import legacy as messages
from pipeline.stage import Index, Reader

_SERVICES = Fields((("spec.rules.*.services.*", None),))


SERVICE_BY_NAMESPACE = Index("service-by-namespace", kinds.SERVICE, namespace_of)


class Roles:
    """Reports names of Services, or patterns of them, that no Service has."""

    metadata = Metadata(
        name="roles",
        description="ServiceRoles for Services that do not exist in their namespace.",
        codes=frozenset({messages.ROLE_MATCHES_NOTHING.code}),
        handles=frozenset({old.SERVICE_ROLE}),
        reads=frozenset({kinds.SERVICE}),
        indexes=frozenset({SERVICE_BY_NAMESPACE}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look for one Service for each name."""
        key = subject.resource.key
        said = _SERVICES.match(subject.document.body)
        if not said or not subject.reader.holds(kinds.SERVICE):
            return
        for path, name, _ in said:
            if isinstance(name, str) and not _is_there(subject.reader, key.namespace, name):
                yield messages.ROLE_MATCHES_NOTHING.report(
                    key=key, path=path, level=subject.doubt, name=name, namespace=key.namespace
                )


def _is_there(reader: Reader, namespace: str, name: str) -> bool:
    if name == "*":
        return True
    if "*" not in name:
        service = hosts.service_of(name)
        return bool(service and service.namespace == namespace and reader.get(service))
    held = reader.find(SERVICE_BY_NAMESPACE, namespace)
    return any(fnmatchcase(hosts.full_host(each.key.name, namespace), name) for each in held)
