"""From a backend to the destination of a route: a Service's full host name and port number."""

from typing import Any

from pipeline import kinds
from pipeline.loose import inside, is_port, items
from pipeline.model import Key, Resource
from pipeline.stage import Reader
from pipeline.transform.ingress.reading import Backend


class UnresolvedError(ValueError):
    """A port that no number can be told of, or that the Service has not; the text says why."""


def destination(backend: Backend, namespace: str, domain: str, reader: Reader) -> dict[str, Any]:
    """`{host, port: {number}}`.

    A number is believed where the Service is not there; whether its host is known is the question
    of the analysis.

    Raises:
        UnresolvedError: the Service has no such port, or a name is all that is known of it.
    """
    service = reader.get(Key(kinds.SERVICE, namespace, backend.service))
    number = _number(backend.port, service)
    host = f"{backend.service}.{namespace}.svc.{domain}"
    return {"host": host, "port": {"number": number}}


def _number(port: int | str, service: Resource | None) -> int:
    if service is None:
        if isinstance(port, int):
            return port
        raise UnresolvedError("the Service is not there")
    ports = [each for each in items(service.document().body, "spec", "ports") if _usable(each)]
    for each in ports:
        if port in (each["port"], inside(each, "name")):
            return int(each["port"])
    shown = ", ".join(_shown(each) for each in ports) or "none"
    raise UnresolvedError(f"the Service has {shown}")


def _usable(port: Any) -> bool:
    return is_port(inside(port, "port"))


def _shown(port: Any) -> str:
    name = inside(port, "name")
    return f"{port['port']} ({name})" if name else str(port["port"])
