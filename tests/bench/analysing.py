"""How long the analysis of a whole mesh takes, and that of one change to it."""

import time

from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec
from tests.bench.bench import Bench
from tests.bench.figures import Row
from tests.bench.meshes import SERVICES, mesh, route

WHOLE, CHANGE = 3.0, 5.0
"""Seconds and milliseconds at most."""
CHANGES = 300


async def mesh_of_services(bench: Bench) -> None:
    """Everything at once, then one VirtualService after the other; in one process."""
    services = SERVICES * bench.sizes.medium // 10_000
    resources = {each.key: each for each in mesh(services)}
    environment = Environment.build(EnvironmentSpec())
    whole, changes = [], []
    findings = 0
    for _ in range(bench.sizes.rounds):
        engine = Engine(environment)
        begun = time.perf_counter()
        engine.apply(resources)
        whole.append(time.perf_counter() - begun)
        findings = sum(1 for _ in engine.findings())
        for number in range(CHANGES):
            changed = route(number % services, number + 1)
            begun = time.perf_counter()
            engine.apply({changed.key: changed})
            changes.append(1000 * (time.perf_counter() - begun))
    title = f"analysis of a mesh of {len(resources):,} resources, {services:,} services"
    stages = len([each for each in environment.stages if each.name.startswith("analysis/")])
    note = f"{stages} analyzers, {findings} findings"
    bench.add(Row(title, "s", tuple(whole), WHOLE, note))
    bench.add(Row(f"{title}, one VirtualService changed", "ms", tuple(changes), CHANGE))
