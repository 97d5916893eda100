"""Who serves with which Secret: Gateways of Istio and of the Gateway API, and Ingresses."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from pipeline import kinds
from pipeline.analysis import workloads
from pipeline.analysis.istio.gateways import server_hosts, servers
from pipeline.analysis.labels import Labels, labels_in
from pipeline.analysis.targets import SECRET_BY_NAME
from pipeline.loose import inside, items, mapping, text
from pipeline.model import Document, Key, Path, Resource
from pipeline.stage import Reader


class Use(NamedTuple):
    """One place where a resource names a Secret."""

    path: Path
    name: str
    namespace: str
    """Where the Secret is; empty: beside the workloads that are selected."""
    hosts: tuple[tuple[Path, str], ...]
    """What is served with it alone, in lower case; without those that say nothing, as `*`."""
    verifies: bool = False
    """Whether it has to hold what clients are verified by, too."""


_MODES = {"SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"}


def _of_gateway(document: Document, namespace: str) -> Iterator[Use]:
    for path, server in servers(document):
        tls = inside(server, "tls")
        mode, names = text(tls, "mode"), list(credentials_of(tls))
        hosts = tuple(
            ((*path, "hosts", at), host.partition("/")[2])
            for at, host in server_hosts(server, namespace)
            if not host.endswith("/*") and len(names) == 1
        )
        verifies = mode != "SIMPLE" and not text(tls, "caCertCredentialName")
        for where, name in names if mode in _MODES else ():
            yield Use((*path, "tls", *where), name, "", hosts, verifies)


def credentials_of(tls: Any) -> Iterator[tuple[Path, str]]:
    """The Secrets that a server names to serve with; what names no Secret is passed over."""
    said: list[tuple[Path, Any]] = [(("credentialName",), inside(tls, "credentialName"))]
    said += [
        (("credentialNames", at), each) for at, each in enumerate(items(tls, "credentialNames"))
    ]
    for where, each in said:
        name = each.removeprefix("kubernetes://") if isinstance(each, str) else ""
        if name and "://" not in name:
            yield where, name


def _of_k8s_gateway(document: Document, namespace: str) -> Iterator[Use]:
    for at, listener in enumerate(items(document.body, "spec", "listeners")):
        host, path = text(listener, "hostname").lower(), ("spec", "listeners", at)
        hosts = (((*path, "hostname"), host),) if host else ()
        tls = mapping(listener, "tls")
        terminates = text(tls, "mode", "Terminate") == "Terminate"
        refs = items(tls, "certificateRefs") if terminates else []
        for number, ref in enumerate(refs):
            if name := _secret_name(ref):
                place = text(ref, "namespace", namespace)
                shown = hosts if len(refs) == 1 else ()  # one of several has to be for the host
                yield Use((*path, "tls", "certificateRefs", number, "name"), name, place, shown)


def _secret_name(ref: Any) -> str:
    """The Secret that a reference of the Gateway API names; empty: it names something else."""
    is_secret = text(ref, "group") == "" and text(ref, "kind", "Secret") == "Secret"
    return text(ref, "name") if is_secret else ""


def _of_ingress(document: Document, namespace: str) -> Iterator[Use]:
    for at, tls in enumerate(items(document.body, "spec", "tls")):
        path = ("spec", "tls", at)
        hosts = (
            ((*path, "hosts", number), host.lower())
            for number, host in enumerate(items(tls, "hosts"))
            if isinstance(host, str)
        )
        if name := text(tls, "secretName"):
            yield Use((*path, "secretName"), name, namespace, tuple(hosts))


_USES: Mapping[str, Callable[[Document, str], Iterator[Use]]] = {
    kinds.GATEWAY: _of_gateway,
    kinds.INGRESS: _of_ingress,
    kinds.K8S_GATEWAY: _of_k8s_gateway,
}
USERS = frozenset(_USES)
"""Kinds that name Secrets to serve with."""


def uses_of(resource: Resource, document: Document) -> Iterator[Use]:
    """Every place where a resource names a Secret to serve with."""
    return _USES[resource.key.collection](document, resource.key.namespace)


class Sought(NamedTuple):
    """The Secrets that a name may mean."""

    found: tuple[Resource, ...]
    elsewhere: tuple[Resource, ...]
    """Those of the name which are not where the workloads are."""
    places: frozenset[str] = frozenset()
    """The namespaces of the workloads; empty: not known, or not asked for."""


def seek(reader: Reader, use: Use, selector: Labels) -> Sought:
    """Look a Secret up: beside the workloads that have the labels where its namespace is open."""
    if use.namespace:
        held = reader.get(Key(kinds.SECRET, use.namespace, use.name))
        return Sought((held,) if held else (), ())
    named = reader.find(SECRET_BY_NAME, use.name)
    if not named or not selector:
        return Sought(named, ())
    runs = workloads.examples(reader, workloads.ANYWHERE, selector)
    places = frozenset(each.key.namespace for each in runs)
    if not places:
        return Sought(named, ())
    near = tuple(each for each in named if each.key.namespace in places)
    elsewhere = tuple(each for each in named if each.key.namespace not in places)
    return Sought(near, elsewhere, places)


def selector_in(document: Document) -> Labels:
    """The labels of a Gateway's workloads."""
    return labels_in(document.body, "spec", "selector")
