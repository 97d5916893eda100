"""The image `auto`, which injection replaces by the proxy's: who is not injected does not start."""

from collections.abc import Iterator

from pipeline.analysis import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import text
from pipeline.analysis.injection import containers, gets_proxy, is_running, wish_of
from pipeline.analysis.workloads import DESCRIBED, pod_of
from pipeline.model import Diagnostic
from pipeline.model.messages import workloads as messages


class Images:
    """Reports images that nobody replaces."""

    metadata = Metadata(
        name="images",
        description="Pods that wait for the proxy's image and are not injected.",
        codes=frozenset({messages.IMAGE_AUTO_POD.code, messages.IMAGE_AUTO_TEMPLATE.code}),
        handles=frozenset({kinds.POD, *DESCRIBED}),
        reads=frozenset({kinds.NAMESPACE}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at the image of each container."""
        key = subject.resource.key
        pod = pod_of(key.collection, subject.document)
        for path, container in containers(pod):
            if text(container, "image") != "auto":
                continue
            where = (*pod.path, "spec", *path, "image")
            if is_running(key.collection, pod):
                yield messages.IMAGE_AUTO_POD.report(key=key, path=where)
            elif gets_proxy(subject.reader, key.namespace, pod) is False:
                refused = wish_of(pod) is False
                reason = "it refuses injection" if refused else "its namespace is not injected"
                yield messages.IMAGE_AUTO_TEMPLATE.report(key=key, path=where, reason=reason)
