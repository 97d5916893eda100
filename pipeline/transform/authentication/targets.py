"""Whom a policy is about: services then, workloads by their labels today."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.kinds import SERVICE
from pipeline.loose import items, mapping
from pipeline.model import Key, Path
from pipeline.stage import Reader
from pipeline.transform.authentication.errors import LostTargetError, NotCarriedOverError
from pipeline.transform.authentication.said import maps


@dataclass(frozen=True, slots=True)
class Target:
    """Some workloads, or all of a namespace or mesh."""

    name: str
    """What the resources for it are called."""
    namespace: str
    selector: Mapping[str, str] | None = None
    """Labels of the workloads; None: all."""
    ports: tuple[int, ...] = ()
    """Ports of the workloads; none: all."""

    def spec(self, rest: Mapping[str, Any]) -> dict[str, Any]:
        """A spec for these workloads."""
        chosen = {} if self.selector is None else {"selector": {"matchLabels": dict(self.selector)}}
        return {**chosen, **rest}


def targets(
    key: Key, spec: Mapping[str, Any], root_namespace: str, reader: Reader
) -> tuple[Target, ...]:
    """Whom the policy with this key is about.

    Raises:
        LostTargetError: a service is not there, or does not say which workloads it has.
        NotCarriedOverError: a target cannot be said today.
    """
    if not key.namespace:
        if spec.get("targets"):
            raise NotCarriedOverError(("spec", "targets"), "a MeshPolicy is about the whole mesh")
        return (Target(key.name, root_namespace),)
    found: dict[str, Target] = {}
    for path, given in maps(spec, "targets", ("spec",)):
        if given.get("labels"):
            raise NotCarriedOverError((*path, "labels"), "Istio never read it")
        target = _target(key, given, path, reader)
        if target.name in found:
            raise NotCarriedOverError(path, "the service is named twice")
        found[target.name] = target
    return tuple(found.values()) or (Target(key.name, key.namespace),)


def _target(key: Key, given: Mapping[str, Any], path: Path, reader: Reader) -> Target:
    name = given.get("name")
    if not isinstance(name, str) or not name:
        raise NotCarriedOverError(path, "it names no service")
    held = reader.get(Key(SERVICE, key.namespace, name))
    if held is None:
        raise LostTargetError(path, name, "which does not exist")
    spec = mapping(held.document().body, "spec")
    selector = mapping(spec, "selector")
    if not selector:
        raise LostTargetError(path, name, "which selects no workloads")
    ports = tuple(_ports(given, name, path, spec))
    return Target(f"{key.name}-{name}", key.namespace, selector, ports)


def _ports(
    given: Mapping[str, Any], service: str, path: Path, spec: Mapping[str, Any]
) -> Iterator[int]:
    """The workloads' ports behind ports of the service."""
    known = [one for one in items(spec, "ports") if isinstance(one, Mapping)]
    for where, wanted in maps(given, "ports", path):
        meant = wanted.get("number", wanted.get("name"))
        port = next((one for one in known if meant in (one.get("port"), one.get("name"))), None)
        if meant is None:
            raise LostTargetError(where, service, "and of which port is not said")
        if port is None:
            raise LostTargetError(where, service, f"which has no port {meant}")
        number = port.get("targetPort", port.get("port"))
        if type(number) is not int:
            problem = f"whose port {meant} leads to the port {number}, of which no number is known"
            raise LostTargetError(where, service, problem)
        yield number
