"""How long synthetic ServiceEntries take: of all services, and when one endpoint changes."""

import time
from collections.abc import Iterable, Iterator
from statistics import median

from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Resource
from tests.bench.bench import Bench
from tests.bench.endpoints import BEHIND, endpoints, pod, world
from tests.bench.figures import Row
from tests.bench.meshes import SERVICES

CHANGE = 2.0
"""Milliseconds at most."""
CHANGES = 300
SLICE = 200
"""Resources that a worker gives the engine at a time."""
ENTRY = "networking.istio.io/SyntheticServiceEntry"


async def service_entries(bench: Bench) -> None:
    """Everything, as a worker takes it in, then one change after the other; in one process."""
    services = SERVICES * bench.sizes.medium // 10_000
    resources = list(world(services))
    environment = Environment.build(EnvironmentSpec(transforms=({"type": "service-entries"},)))
    plain = Environment.build(EnvironmentSpec())
    whole: list[float] = []
    without: list[float] = []
    ready: list[float] = []
    restarted: list[float] = []
    for _ in range(bench.sizes.rounds):
        without.append(_fill(Engine(plain), resources))
        engine = Engine(environment)
        whole.append(_fill(engine, resources))
        assert sum(1 for key in engine.outputs if key.collection == ENTRY) == services
        ready += _times(engine, _readiness(services))
        restarted += _times(engine, _restarts(services))
    title = f"synthetic entries of {services:,} services with {BEHIND * services:,} endpoints"
    share = median(each - other for each, other in zip(whole, without, strict=True))
    note = f"{len(resources):,} resources; the entries take {share:.2f} s of it"
    bench.add(Row(f"{title}, all at once, processor time", "s", tuple(whole), None, note))
    bench.add(Row(f"{title}, one endpoint changed", "ms", tuple(ready), CHANGE))
    bench.add(Row(f"{title}, one Pod changed", "ms", tuple(restarted), CHANGE))


def _fill(engine: Engine, resources: list[Resource]) -> float:
    """Seconds of processor time that it takes to take in everything."""
    begun = time.process_time()
    for first in range(0, len(resources), SLICE):
        engine.apply({each.key: each for each in resources[first : first + SLICE]})
    return time.process_time() - begun


def _times(engine: Engine, changes: Iterable[Resource]) -> Iterator[float]:
    """Milliseconds of each change; every one changes an entry or shows that it does not."""
    for changed in changes:
        begun = time.perf_counter()
        engine.apply({changed.key: changed})
        yield 1000 * (time.perf_counter() - begun)


def _readiness(services: int) -> Iterator[Resource]:
    """Another endpoint of a service is not ready each time."""
    for number in range(CHANGES):
        yield endpoints(7 * number % services, unready=(number + number // services) % BEHIND)


def _restarts(services: int) -> Iterator[Resource]:
    """Of Pods that are ready: of the others nobody asks."""
    for number in range(CHANGES):
        each = (number + number // services + 1) % BEHIND
        yield pod(7 * number % services, each, restarts=number + 1)
