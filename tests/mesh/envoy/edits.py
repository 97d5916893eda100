"""Random changes of a small mesh, each of which leaves it consistent and its main route alive.

Pure: equal seeds give equal edits. Whatever the listener `main` is asked is answered by a backend
that is there, before and after every edit, so not one request may fail meanwhile.
They delete more than a channel takes without being asked: give it a larger `deletion_budget`.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from tests.mesh.envoy.bootstrap import ADS, Json
from tests.mesh.envoy.configs import assignment, cluster, listener, route, routes

MAIN, ROOT = "main", "/"
MOST_SERVICES, MOST_ROUTES = 12, 8
POLICIES = ("ROUND_ROBIN", "LEAST_REQUEST", "RANDOM")
Weights: TypeAlias = Mapping[str, int]


@dataclass(frozen=True)
class Service:
    """A cluster with its endpoints; `timeout` is that of a connection, in milliseconds."""

    ports: tuple[int, ...]
    policy: str = POLICIES[0]
    timeout: int = 1000


@dataclass(frozen=True)
class Scene:
    """A mesh: services, the routes of the main listener by prefix, and other listeners.

    `label` is what the main listener calls itself in its answers; `extra` has the names of the
    other listeners with their ports and the service that each leads to.
    """

    port: int
    services: Mapping[str, Service]
    routes: Mapping[str, Weights]
    extra: Mapping[str, tuple[int, str]]
    label: str = "one"

    @classmethod
    def of(cls, port: int, backends: Sequence[int]) -> "Scene":
        """What it begins with: one service on all backends, behind the main route."""
        return cls(port, {MAIN: Service(tuple(backends))}, {ROOT: {MAIN: 1}}, {})

    @property
    def used(self) -> set[str]:
        """The services that somebody leads to."""
        named = {name for weights in self.routes.values() for name in weights}
        return named | {name for _, name in self.extra.values()}

    def manifests(self, source: Json = ADS) -> list[Json]:
        # Longer prefixes first: the first that matches is taken.
        order = sorted(self.routes, key=lambda prefix: (-len(prefix), prefix))
        rules = [route(prefix, dict(self.routes[prefix])) for prefix in order]
        return [
            *(self._cluster(name, source) for name in self.services),
            *(assignment(name, each.ports) for name, each in self.services.items()),
            routes(MAIN, *rules),
            *(routes(name, route(ROOT, to)) for name, (_, to) in self.extra.items()),
            listener(MAIN, self.port, source=source, server_name=self.label),
            *(
                listener(name, port, routes=name, source=source)
                for name, (port, _) in self.extra.items()
            ),
        ]

    def _cluster(self, name: str, source: Json) -> Json:
        service = self.services[name]
        timeout = f"{service.timeout / 1000}s"
        return cluster(name, source=source, lb_policy=service.policy, connect_timeout=timeout)


class Edit(NamedTuple):
    """What was done, and the mesh after it."""

    what: str
    scene: Scene


def edits(
    seed: int, scene: Scene, backends: Sequence[int], spare: Sequence[int], number: int = 200
) -> Iterator[Edit]:
    """Change a scene as many times; `spare` are the ports that other listeners may take."""
    maker = _Maker(random.Random(seed), tuple(backends), tuple(spare))
    for serial in range(number):
        made = maker.edit(scene, serial)
        scene = made.scene
        yield made


class _Maker:
    """The ways to change a scene; one that cannot be done there, or changes nothing, gives None."""

    def __init__(
        self, chance: random.Random, backends: tuple[int, ...], spare: tuple[int, ...]
    ) -> None:
        self.chance, self.backends, self.spare = chance, backends, spare
        self.ways: tuple[Callable[[Scene, int], Scene | None], ...] = (
            self.moves_endpoints,
            self.tunes_a_cluster,
            self.adds_a_service,
            self.removes_a_service,
            self.adds_a_route,
            self.leads_elsewhere,
            self.removes_a_route,
            self.adds_a_listener,
            self.removes_a_listener,
            self.tunes_the_listener,
        )

    def edit(self, scene: Scene, serial: int) -> Edit:
        for way in self.chance.sample(self.ways, len(self.ways)):
            made = way(scene, serial)
            if made is not None and made != scene:
                return Edit(way.__name__.replace("_", " "), made)
        raise AssertionError("endpoints or routes can always be changed")

    def _weights(self, scene: Scene) -> Weights:
        names = sorted(scene.services)
        chosen = self.chance.sample(names, self.chance.randint(1, min(3, len(names))))
        return {name: self.chance.randint(1, 9) for name in sorted(chosen)}

    def _ports(self) -> tuple[int, ...]:
        number = self.chance.randint(1, len(self.backends))
        return tuple(sorted(self.chance.sample(self.backends, number)))

    def moves_endpoints(self, scene: Scene, serial: int) -> Scene | None:
        name = self.chance.choice(sorted(scene.services))
        service = replace(scene.services[name], ports=self._ports())
        return replace(scene, services={**scene.services, name: service})

    def tunes_a_cluster(self, scene: Scene, serial: int) -> Scene | None:
        name = self.chance.choice(sorted(scene.services))
        tuned = replace(
            scene.services[name],
            policy=self.chance.choice(POLICIES),
            timeout=self.chance.randint(500, 5000),
        )
        return replace(scene, services={**scene.services, name: tuned})

    def adds_a_service(self, scene: Scene, serial: int) -> Scene | None:
        if len(scene.services) >= MOST_SERVICES:
            return None
        return replace(
            scene, services={**scene.services, f"service-{serial}": Service(self._ports())}
        )

    def removes_a_service(self, scene: Scene, serial: int) -> Scene | None:
        unused = sorted(scene.services.keys() - scene.used)
        if not unused:
            return None
        gone = self.chance.choice(unused)
        rest = {name: each for name, each in scene.services.items() if name != gone}
        return replace(scene, services=rest)

    def adds_a_route(self, scene: Scene, serial: int) -> Scene | None:
        if len(scene.routes) >= MOST_ROUTES:
            return None
        return replace(scene, routes={**scene.routes, f"/{serial}/": self._weights(scene)})

    def leads_elsewhere(self, scene: Scene, serial: int) -> Scene | None:
        prefix = self.chance.choice(sorted(scene.routes))
        return replace(scene, routes={**scene.routes, prefix: self._weights(scene)})

    def removes_a_route(self, scene: Scene, serial: int) -> Scene | None:
        others = sorted(scene.routes.keys() - {ROOT})
        if not others:
            return None
        gone = self.chance.choice(others)
        rest = {prefix: each for prefix, each in scene.routes.items() if prefix != gone}
        return replace(scene, routes=rest)

    def adds_a_listener(self, scene: Scene, serial: int) -> Scene | None:
        free = sorted(set(self.spare) - {port for port, _ in scene.extra.values()})
        if not free:
            return None
        leads = self.chance.choice(free), self.chance.choice(sorted(scene.services))
        return replace(scene, extra={**scene.extra, f"listener-{serial}": leads})

    def removes_a_listener(self, scene: Scene, serial: int) -> Scene | None:
        if not scene.extra:
            return None
        gone = self.chance.choice(sorted(scene.extra))
        rest = {name: each for name, each in scene.extra.items() if name != gone}
        return replace(scene, extra=rest)

    def tunes_the_listener(self, scene: Scene, serial: int) -> Scene | None:
        return replace(scene, label=f"label-{serial}")
