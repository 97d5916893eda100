"""An Ingress as values, each with its place in the manifest, and what is wrong with it.

What cannot be understood is reported and left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.loose import inside, is_port, items
from pipeline.model import Diagnostic, Document, Key, Path
from pipeline.model.messages import ingress as messages
from pipeline.transform.ingress.hosts import is_dns_name, is_host
from pipeline.transform.ingress.names import ANY
from pipeline.transform.ingress.paths import EVERYTHING, PATH_TYPES, Match, match_of


@dataclass(frozen=True, slots=True)
class Backend:
    """A Service and one of its ports, by number or by name."""

    at: Path
    service: str
    port: int | str


@dataclass(frozen=True, slots=True)
class Route:
    """Requests that go to a backend."""

    at: Path
    match: Match
    backend: Backend


@dataclass(frozen=True, slots=True)
class Rule:
    """The routes of a host."""

    at: Path
    host: str
    """`*` if the rule names none."""
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Tls:
    """A certificate and the hosts that it is for."""

    at: Path
    hosts: tuple[str, ...]
    """Empty: all hosts of the Ingress."""
    secret: str


@dataclass(frozen=True, slots=True)
class Ingress:
    """What an Ingress says, as far as it can be understood."""

    rules: tuple[Rule, ...]
    default: Route | None
    tls: tuple[Tls, ...]
    diagnostics: tuple[Diagnostic, ...]


def read(key: Key, document: Document) -> Ingress:
    """The values of an Ingress."""
    return _Reading(key).ingress(document.body.get("spec"))


@dataclass
class _Reading:
    """Goes on after an error, so that all of them are told at once."""

    key: Key
    found: list[Diagnostic] = field(default_factory=list)

    def ingress(self, spec: Any) -> Ingress:
        if spec is not None and not isinstance(spec, Mapping):
            self._wrong(("spec",), "it is no map")
        default = None
        if (given := inside(spec, "defaultBackend")) is not None:
            default = self._default(given, ("spec", "defaultBackend"))
        rules = tuple(self._rules(spec))
        tls = tuple(self._certificates(spec))
        return Ingress(rules, default, tls, tuple(self.found))

    def _wrong(self, at: Path, problem: str) -> None:
        self.found.append(messages.NOT_UNDERSTOOD.report(key=self.key, path=at, problem=problem))

    def _maps(self, value: Any, name: str, above: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
        """Each map of a list with its place; what is no map, or no list, is reported."""
        held = inside(value, name)
        if held is not None and not isinstance(held, list):
            self._wrong((*above, name), "it is no list")
        for number, each in enumerate(items(value, name)):
            if isinstance(each, Mapping):
                yield (*above, name, number), each
            else:
                self._wrong((*above, name, number), "it is no map")

    def _default(self, value: Any, at: Path) -> Route | None:
        backend = self._backend(value, at)
        return Route(at, EVERYTHING, backend) if backend else None

    def _rules(self, spec: Any) -> Iterator[Rule]:
        for at, rule in self._maps(spec, "rules", ("spec",)):
            host = ANY if rule.get("host") == "" else _given(rule.get("host"), ANY)
            if host != ANY and not is_host(host):
                self._wrong((*at, "host"), f"{host!r} is no host name in lower case")
                continue
            if rule.get("http") is not None and not isinstance(rule["http"], Mapping):
                self._wrong((*at, "http"), "it is no map")
            yield Rule(at, host, tuple(self._routes(rule.get("http"), (*at, "http"))))

    def _routes(self, http: Any, above: Path) -> Iterator[Route]:
        for at, each in self._maps(http, "paths", above):
            match = self._match(each, at)
            backend = self._backend(inside(each, "backend"), (*at, "backend"))
            if match and backend:
                yield Route(at, match, backend)

    def _match(self, value: Any, at: Path) -> Match | None:
        path = _given(inside(value, "path"), "")
        path_type = _given(inside(value, "pathType"), "ImplementationSpecific")
        if path_type not in PATH_TYPES:
            known = ", ".join(PATH_TYPES)
            self._wrong((*at, "pathType"), f"{path_type!r} is none of {known}")
        elif not isinstance(path, str):
            self._wrong((*at, "path"), "the path is no text")
        elif path_type != "ImplementationSpecific" and not path.startswith("/"):
            self._wrong((*at, "path"), f"{path!r} does not begin with a slash")
        else:
            return match_of(path, path_type)
        return None

    def _backend(self, value: Any, at: Path) -> Backend | None:
        if inside(value, "resource") is not None:
            self._wrong((*at, "resource"), "a backend can only be a Service here")
            return None
        service = inside(value, "service", "name")
        if not is_dns_name(service):
            problem = f"{service!r} is no name of a Service" if service else "it names no Service"
            self._wrong(at, problem)
            return None
        port = _port(inside(value, "service", "port"))
        if is_port(port) or (isinstance(port, str) and port):
            return Backend(at, service, port)
        self._wrong(at, "it names no port of the Service, by number or by name")
        return None

    def _certificates(self, spec: Any) -> Iterator[Tls]:
        for at, entry in self._maps(spec, "tls", ("spec",)):
            hosts = _given(entry.get("hosts"), [])
            if not isinstance(hosts, list):
                self._wrong((*at, "hosts"), "it is no list")
                continue
            wrong = [host for host in hosts if not is_host(host)]
            secret = _given(entry.get("secretName"), "")
            if wrong:
                self._wrong((*at, "hosts"), f"{wrong[0]!r} is no host name in lower case")
            elif secret != "" and not is_dns_name(secret):
                self._wrong((*at, "secretName"), f"{secret!r} is no name of a Secret")
            else:
                yield Tls(at, tuple(hosts), secret)


def _given(value: Any, default: Any) -> Any:
    return default if value is None else value


def _port(value: Any) -> Any:
    return inside(value, "number") or inside(value, "name")
