"""How long rules take over one resource, on one core: those of a schema, and policies."""

import asyncio
import os
import time
from dataclasses import replace
from pathlib import Path

import yaml

from pipeline import schema
from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Key, Resource
from pipeline.schema import SchemaText
from tests.bench.bench import Bench
from tests.bench.figures import Row
from tests.bench.meshes import mesh

LIMIT = 200.0
"""Microseconds: 5,000 objects a second."""
ALL_POLICIES = 300.0
"""Microseconds for every policy of the library together."""
OBJECTS = 2000
DESTINATION = {"host": "reviews.prod.svc.cluster.local", "subset": "v1", "port": {"number": 80}}
ROUTE = {
    "name": "reviews",
    "match": [{"uri": {"prefix": "/catalog"}, "headers": {"end-user": {"exact": "jason"}}}],
    "rewrite": {"uri": "/new"},
    "timeout": "5s",
    "retries": {"attempts": 3, "perTryTimeout": "2s"},
    "fault": {"delay": {"fixedDelay": "5s", "percentage": {"value": 0.1}}},
    "route": [{"destination": DESTINATION, "weight": 50}] * 2,
}
SPEC = {"hosts": ["reviews.prod"], "gateways": ["mesh"], "http": [ROUTE] * 3}


async def rules(bench: Bench) -> None:
    """A VirtualService against Istio's CRD with all of its rules."""
    path = os.environ.get("GALLEY_ISTIO_CRDS")
    if not path:
        bench.notes["rules"] = "GALLEY_ISTIO_CRDS names no file with Istio's CRDs"
        return
    text = await asyncio.to_thread(Path(path).read_text)
    schemas = schema.build([SchemaText(path, text)])
    key = Key("networking.istio.io/VirtualService", "prod", "reviews")
    service = Resource.build(key, "networking.istio.io/v1", body={"spec": SPEC})
    validator, document = schemas.compiled[key.collection].validator, service.document()
    assert not list(validator.judge(service, document).problems)
    times = []
    for _ in range(bench.sizes.rounds):
        begun = time.process_time()
        for _ in range(OBJECTS):
            validator.judge(service, document)
        times.append((time.process_time() - begun) / OBJECTS * 1e6)
    title = "a VirtualService against its CRD with all rules, processor time"
    bench.add(Row(title, "us", tuple(times), LIMIT, f"{1e6 / min(times):,.0f} a second"))


async def policies(bench: Bench) -> None:
    """The library of policies over a mesh, in an engine, with what they look up."""
    folder = Path(__file__).parents[2] / "samples" / "policies" / "library"
    files = await asyncio.to_thread(lambda: [path.read_text() for path in folder.glob("*.yaml")])
    spec = EnvironmentSpec(policies=tuple(map(yaml.safe_load, files)))
    stages = [one for one in Environment.build(spec).stages if one.name.startswith("policy")]
    resources = {each.key: each for each in mesh(bench.sizes.medium // 10)}
    environment = replace(Environment.build(spec), stages=tuple(stages))
    times, ran = [], 0
    for _ in range(bench.sizes.rounds):
        engine = Engine(environment)
        begun = time.process_time()
        ran = sum(engine.apply(resources).ran.values())
        times.append((time.process_time() - begun) / len(resources) * 1e6)
    title = f"{len(files)} policies over each of {len(resources):,} resources, processor time"
    note = f"{len(stages) - 1} of them look at other resources; {ran:,} runs of stages"
    bench.add(Row(title, "us", tuple(times), ALL_POLICIES, note))
