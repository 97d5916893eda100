"""The synthetic ServiceEntry of a Service, as Pilot of Istio 1.4 reads it from the original Galley.

Two annotations tell what of an entry has changed. Where the version of the Service is another, all
proxies get new configuration; where only that of the endpoints is, they get the endpoints. The
original took both from the objects in the cluster; here they are digests of what Pilot makes of
either half, so that it is told of each change, and of none that makes no difference.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pipeline import kinds
from pipeline.loose import inside, items, text
from pipeline.model import Document, Key, Resource
from pipeline.model.canonical import pack
from pipeline.transform.service_entries.backends import Backend
from pipeline.transform.service_entries.ports import Port
from pipeline.transform.service_entries.workloads import Workload

API_VERSION = "networking.istio.io/v1alpha3"

_PREFIX = "networking.alpha.istio.io/"
SERVICE_VERSION = f"{_PREFIX}serviceVersion"
ENDPOINTS_VERSION = f"{_PREFIX}endpointsVersion"
NOT_READY = f"{_PREFIX}notReadyEndpoints"

EXPORT_TO = "networking.istio.io/exportTo"
"""The annotation of a Service that says which namespaces see it."""

_ANY_ADDRESS = "0.0.0.0"  # noqa: S104  # what Istio writes where there is no address; nothing binds
_VERSION_DIGITS = 16


class Behind(NamedTuple):
    """What is observed behind a Service; nothing where it stands for a name outside."""

    places: Sequence[tuple[Backend, Workload]] = ()
    """Where traffic goes, in order."""
    waiting: Sequence[str] = ()
    """Where it may go soon, as `address:port`, in order."""


def entry_of(
    key: Key, document: Document, host: str, ports: Iterable[Port], behind: Behind
) -> Resource:
    """The entry of a Service.

    Args:
        key: that of the Service.
        document: the Service itself, decoded.
        host: its name in the mesh.
        ports: those of the Service.
        behind: what is observed behind it.
    """
    external = external_name(document)
    if external:
        endpoints = [_outside(external, ports, document.labels)]
    else:
        endpoints = [_endpoint(*place) for place in behind.places]
    rest = {
        "hosts": [host],
        "addresses": [_address(document)],
        "location": "MESH_EXTERNAL" if external else "MESH_INTERNAL",
        "resolution": _resolution(external, endpoints),
        "ports": [port.described() for port in ports],
        **_listed("subjectAltNames", (workload.identity for _, workload in behind.places)),
        **_listed("exportTo", exported_to(document)),
    }
    annotations = {
        **document.annotations,
        SERVICE_VERSION: _version([document.labels, document.annotations, rest]),
        ENDPOINTS_VERSION: _version([endpoints, behind.waiting]),
        **({NOT_READY: ",".join(behind.waiting)} if behind.waiting else {}),
    }
    return Resource.build(
        Key(kinds.SYNTHETIC_SERVICE_ENTRY, key.namespace, key.name),
        API_VERSION,
        labels=document.labels,
        annotations=annotations,
        body={"spec": {**rest, **({"endpoints": endpoints} if endpoints else {})}},
    )


def external_name(document: Document) -> str:
    """The name outside the cluster that a Service stands for; empty for any other Service."""
    spec = inside(document.body, "spec")
    return text(spec, "externalName") if text(spec, "type") == "ExternalName" else ""


def exported_to(document: Document) -> set[str]:
    """Who sees the Service, as its annotation says; empty where it says nothing."""
    said = document.annotations.get(EXPORT_TO, "")
    return {each.strip() for each in said.split(",")} - {""}


def _endpoint(backend: Backend, workload: Workload) -> dict[str, Any]:
    told = {"ports": backend.ports, "labels": workload.labels, "locality": workload.locality}
    return {"address": backend.address, **{name: item for name, item in told.items() if item}}


def _outside(name: str, ports: Iterable[Port], labels: Mapping[str, str]) -> dict[str, Any]:
    told = {"ports": {port.name: port.number for port in ports}, "labels": labels}
    return {"address": name, **{field: item for field, item in told.items() if item}}


def _resolution(external: str, endpoints: list[dict[str, Any]]) -> str:
    """Pilot accepts endpoints neither with NONE, nor names of hosts with STATIC."""
    if external or not all(_is_address(endpoint["address"]) for endpoint in endpoints):
        return "DNS"
    return "STATIC" if endpoints else "NONE"


def _address(document: Document) -> str:
    """One only, also of a Service with two families: of several Pilot keeps the last."""
    spec = inside(document.body, "spec")
    address = text(spec, "clusterIP") or next(
        (each for each in items(spec, "clusterIPs") if type(each) is str), ""
    )
    return address if not external_name(document) and _is_address(address) else _ANY_ADDRESS


def _listed(name: str, values: Iterable[str]) -> dict[str, list[str]]:
    """Each value once, in order; no field where there is none."""
    found = sorted(set(values) - {""})
    return {name: found} if found else {}


def _version(of: object) -> str:
    return hashlib.sha256(pack(of)).hexdigest()[:_VERSION_DIGITS]


def _is_address(host: str) -> bool:
    """Whether it is no name: of a name the last part is no number, and it has no colon."""
    return ":" in host or host.rpartition(".")[2].isdigit()
