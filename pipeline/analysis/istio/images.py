"""Images of proxies: `auto`, which only injection replaces, and those of another release.

Who waits for injection and does not get it does not start. Who was injected before the injector
was upgraded keeps the proxy of then until it is started again.
"""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis import injection
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.injection import REVISION, containers, gets_proxy, is_running, wish_of
from pipeline.analysis.mesh.injector import DEFAULT, injector_of
from pipeline.analysis.workloads import DESCRIBED, Pod, pod_of
from pipeline.loose import text
from pipeline.model import Diagnostic, Key
from pipeline.model.messages import workloads as messages

_OWN_IMAGE = "sidecar.istio.io/proxyImage"
"""An annotation by which a pod chooses its proxy itself."""


class Images:
    """Reports images that nobody replaces, and proxies that are not those of the injector."""

    metadata = Metadata(
        name="images",
        description="Pods that wait for the proxy's image, or have another one than is injected.",
        codes=frozenset(
            each.code
            for each in (
                messages.IMAGE_AUTO_POD,
                messages.IMAGE_AUTO_TEMPLATE,
                messages.IMAGE_DIFFERS,
            )
        ),
        handles=frozenset({kinds.POD, *DESCRIBED}),
        reads=frozenset({kinds.NAMESPACE}),
        indexes=injection.INDEXES,
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at the image of each container."""
        key = subject.resource.key
        pod = pod_of(key.collection, subject.document)
        if key.collection == kinds.POD:
            yield from _differing(subject, pod)
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


def _differing(subject: Subject, pod: Pod) -> Iterator[Diagnostic]:
    """The proxy of a pod, if the injector of its revision would give it another one."""
    proxies = [
        (path, text(each, "image"))
        for path, each in containers(pod, "containers", "initContainers")
        if injection.is_proxy(each)
    ]
    if not proxies or _OWN_IMAGE in pod.annotations:
        return
    key = subject.resource.key
    if gets_proxy(subject.reader, key.namespace, pod) is False:
        return  # somebody has put it there by hand
    injector = injector_of(subject.reader, _revision_of(subject, pod))
    wanted = injector.image if injector else ""
    for path, image in proxies if wanted else ():
        if image not in ("auto", wanted) and not image.startswith(f"{wanted}-"):
            yield messages.IMAGE_DIFFERS.report(
                key=key, path=("spec", *path, "image"), image=image, wanted=wanted
            )


def _revision_of(subject: Subject, pod: Pod) -> str:
    """The revision of Istio that injects a pod: what it says itself, or its namespace."""
    namespace = Key(kinds.NAMESPACE, "", subject.resource.key.namespace)
    found = subject.reader.get(namespace)
    of_namespace = found.labels.get(REVISION, DEFAULT) if found else DEFAULT
    return pod.labels.get(REVISION, of_namespace)
