"""Whether the workloads of a host have proxies, as far as that is known."""

from pipeline import kinds
from pipeline.analysis import hosts, injection, workloads
from pipeline.analysis.istio.policies import selector_of_service
from pipeline.model import Key
from pipeline.stage import Reader

READS = frozenset({kinds.NAMESPACE, kinds.SERVICE})
INDEXES = injection.INDEXES | frozenset(workloads.INDEXES)
"""What is read to tell it."""


def have_no_proxies(reader: Reader, host: str) -> bool:
    """Whether it is known of a Service that all workloads which it has have no proxy."""
    key = hosts.service_of(host)
    labels = selector_of_service(reader, key)
    if key is None or not labels or _is_ambient(reader, key.namespace):
        return False
    held = workloads.examples(reader, key.namespace, labels)
    pods = [pod for pod in map(workloads.pod_in, held) if pod.spec]
    return bool(pods) and not any(_may_have_proxy(reader, key.namespace, pod) for pod in pods)


def _is_ambient(reader: Reader, namespace: str) -> bool:
    """Whether the node speaks mutual TLS for the workloads of a namespace."""
    found = reader.get(Key(kinds.NAMESPACE, "", namespace))
    return found is not None and injection.DATAPLANE in found.labels


def _may_have_proxy(reader: Reader, namespace: str, pod: workloads.Pod) -> bool:
    if injection.DATAPLANE in pod.labels:
        return True
    by_hand = injection.containers(pod, "containers", "initContainers")
    if any(injection.is_proxy(each) for _, each in by_hand):
        return True
    return injection.gets_proxy(reader, namespace, pod) is not False
