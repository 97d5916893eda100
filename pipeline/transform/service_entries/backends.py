"""The addresses behind a Service, as its EndpointSlices list them, or its Endpoints object.

Slices may list an address several times, while it moves from one to another or because different
ports of it stand in different slices: it is one backend all the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from pipeline import kinds
from pipeline.loose import inside, is_port, items, text
from pipeline.model import Document, Key


class State(IntEnum):
    """Whether traffic is to go there; of two that are said of one place the smaller one counts."""

    READY = 0
    DRAINING = 1
    """It still serves and is about to end: only if nothing else is ready."""
    NOT_READY = 2


class Backend(NamedTuple):
    """One address with its ports."""

    address: str
    ports: Mapping[str, int]
    """By the names that the Service has for them."""
    state: State
    pod: Key | None
    """The Pod that is said to be there."""
    node: str
    """The Node that is said to be under it; may be empty."""

    @property
    def order(self) -> tuple[Any, ...]:
        """By address, then by ports: what it is, and not where it is listed."""
        return (self.address, sorted(self.ports.items()), self.pod or ())


def in_slice(namespace: str, document: Document) -> Iterator[Backend]:
    """What an EndpointSlice lists; the addresses of an endpoint are one place, the first stands
    for all, as Kubernetes says."""
    ports = _ports(items(document.body, "ports"))
    for endpoint in items(document.body, "endpoints"):
        address = next(iter(items(endpoint, "addresses")), None)
        state = _state(inside(endpoint, "conditions"))
        if type(address) is str and address and state is not None:
            yield _backend(namespace, address, ports, state, endpoint)


def in_endpoints(namespace: str, document: Document) -> Iterator[Backend]:
    """What an Endpoints object lists; it has no word for what is about to end."""
    for subset in items(document.body, "subsets"):
        ports = _ports(items(subset, "ports"))
        ready = ((State.READY, each) for each in items(subset, "addresses"))
        waiting = ((State.NOT_READY, each) for each in items(subset, "notReadyAddresses"))
        for state, endpoint in (*ready, *waiting):
            if address := text(endpoint, "ip"):
                yield _backend(namespace, address, ports, state, endpoint)


def merged(backends: Iterable[Backend]) -> list[Backend]:
    """Each backend once, in order, with all the ports that are listed for it in its best state."""
    places: dict[tuple[str, Key | None], list[Backend]] = {}
    for backend in backends:
        places.setdefault((backend.address, backend.pod), []).append(backend)
    found: list[Backend] = []
    for listed in places.values():
        found.extend(listed if len(listed) == 1 else _folded(listed))
    return sorted(found, key=lambda backend: backend.order)


def of_service(backends: Iterable[Backend], names: Mapping[str, str]) -> list[Backend]:
    """The backends with the names of the entry for their ports; those of other ports are left out,
    and where nothing is left to go to, the backend.

    Args:
        backends: with the names that the Service has for ports.
        names: the names of the entry by those of the Service.
    """
    named = []
    for backend in backends:
        ports = {names[name]: port for name, port in backend.ports.items() if name in names}
        if ports or not names:
            named.append(backend._replace(ports=ports))
    return named


def receiving(backends: Iterable[Backend]) -> list[Backend]:
    """Those that traffic is to go to: what is ready; if nothing is, what still serves."""
    held = list(backends)
    ready = [backend for backend in held if backend.state is State.READY]
    return ready or [backend for backend in held if backend.state is State.DRAINING]


def waiting(backends: Iterable[Backend]) -> list[str]:
    """Every port of those that are not ready yet, as `address:port`, each once and in order."""
    held = (backend for backend in backends if backend.state is State.NOT_READY)
    return sorted({_spot(one.address, port) for one in held for port in one.ports.values()})


def _spot(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _backend(
    namespace: str, address: str, ports: Mapping[str, int], state: State, endpoint: Any
) -> Backend:
    target = inside(endpoint, "targetRef")
    pod = None
    if text(target, "kind") == "Pod" and (name := text(target, "name")):
        pod = Key(kinds.POD, text(target, "namespace", namespace), name)
    return Backend(address, ports, state, pod, text(endpoint, "nodeName"))


def _ports(ports: Iterable[Any]) -> dict[str, int]:
    numbers = ((text(port, "name"), inside(port, "port")) for port in ports)
    return {name: number for name, number in numbers if is_port(number)}


def _state(conditions: Any) -> State | None:
    """What is not said is the best; None for what has ended."""
    if inside(conditions, "ready") is not False:
        return State.READY
    if conditions.get("terminating") is not True:
        return State.NOT_READY
    return None if conditions.get("serving") is False else State.DRAINING


def _folded(listed: list[Backend]) -> Iterator[Backend]:
    """One place as one backend; as several where one name is listed with several numbers."""
    best = min(backend.state for backend in listed)
    together: list[dict[str, int]] = []
    for backend in sorted((one for one in listed if one.state == best), key=lambda one: one.order):
        ports = backend.ports
        for held in together:
            if all(held.get(name, port) == port for name, port in ports.items()):
                held.update(ports)
                break
        else:
            together.append(dict(ports))
    node = min((backend.node for backend in listed if backend.node), default="")
    for ports in together:
        yield Backend(listed[0].address, ports, best, listed[0].pod, node)
