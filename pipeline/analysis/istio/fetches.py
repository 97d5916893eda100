"""A control plane that fetches keys from wherever a RequestAuthentication tells it to."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.injection import containers
from pipeline.analysis.workloads import Pod, pod_of
from pipeline.loose import inside, items, text
from pipeline.model import Diagnostic
from pipeline.model.messages import security as messages

_BLOCKED = "BLOCKED_CIDRS_IN_JWKS_URIS"


class Fetches:
    """Reports a control plane that may be sent to addresses inside the cluster."""

    metadata = Metadata(
        name="fetches",
        description="A control plane that fetches keys from any address.",
        codes=frozenset({messages.FETCHES_UNRESTRICTED.code}),
        handles=frozenset({kinds.DEPLOYMENT}),
        reads=frozenset({kinds.REQUEST_AUTHENTICATION}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at the variables of the control plane, if anybody has it fetch anything."""
        if subject.document.labels.get("app") != "istiod":
            return
        pod = pod_of(kinds.DEPLOYMENT, subject.document)
        if not _restricts(pod) and subject.reader.holds(kinds.REQUEST_AUTHENTICATION):
            yield messages.FETCHES_UNRESTRICTED.report(
                key=subject.resource.key, path=(*pod.path, "spec", "containers"), variable=_BLOCKED
            )


def _restricts(pod: Pod) -> bool:
    """Whether a variable says what is out of bounds, or may come from elsewhere."""
    return any(
        items(container, "envFrom")
        or any(
            text(each, "name") == _BLOCKED and (text(each, "value") or inside(each, "valueFrom"))
            for each in items(container, "env")
        )
        for _, container in containers(pod)
    )
