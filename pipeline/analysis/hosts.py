"""Host names as the mesh reads them: short names belong to the namespace of who writes them."""

from collections.abc import Iterator
from functools import lru_cache

from pipeline import kinds
from pipeline.analysis.fields import Fields
from pipeline.loose import text
from pipeline.model import Document, Key, Path, Resource
from pipeline.stage import Index

_HOSTS = Fields((("spec.hosts.*", None),))
_SUBSETS = Fields((("spec.subsets.*", None),))


def hosts_in(document: Document) -> Iterator[tuple[Path, str]]:
    """Each host that a resource lists, in lower case, with its path."""
    for path, host, _ in _HOSTS.match(document.body):
        if isinstance(host, str):
            yield path, host.lower()


@lru_cache(maxsize=4096)
def full_host(host: str, namespace: str) -> str:
    """A name without dots is a Service of the namespace; every other is meant as it stands."""
    host = host.lower()
    return host if "." in host or "*" in host else f"{host}.{namespace}.svc.cluster.local"


def service_of(host: str) -> Key | None:
    """The Service that a full host name is of; None if it is no cluster name."""
    name, _, rest = host.partition(".")
    namespace, _, domain = rest.partition(".")
    if name and namespace and (domain == "svc" or domain.startswith("svc.")):
        return Key(kinds.SERVICE, namespace, name)
    return None


def covering(host: str) -> Iterator[str]:
    """The host itself and the wildcards that cover it, the narrowest first."""
    yield host
    _, _, rest = host.removeprefix("*.").partition(".")
    while rest:
        yield f"*.{rest}"
        _, _, rest = rest.partition(".")
    yield "*"


def _entry_hosts(_resource: Resource, document: Document) -> Iterator[str]:
    return (host for _, host in hosts_in(document))


def _rule_subsets(resource: Resource, document: Document) -> Iterator[str]:
    host = text(document.body.get("spec"), "host")
    for _, subset, _ in _SUBSETS.match(document.body):
        yield subset_value(full_host(host, resource.key.namespace), text(subset, "name"))


def subset_value(host: str, subset: str) -> str:
    """The index value of a subset of a host."""
    return f"{host} {subset}"


ENTRY_BY_HOST = Index("service-entry-by-host", kinds.SERVICE_ENTRY, _entry_hosts)
RULE_BY_SUBSET = Index("destination-rule-by-subset", kinds.DESTINATION_RULE, _rule_subsets)
