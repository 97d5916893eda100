"""The benchmarks: `python -m tests.bench [--quick] [--only ROW]... [--json FILE]`.

Prints a table of what was measured beside what must be reached; takes about half an hour, a few
minutes with `--quick`, whose figures say nothing about large sizes.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.bench import (
    admission,
    analysing,
    applying,
    clusters,
    committing,
    deriving,
    etcd,
    fanout,
    figures,
    following,
    judging,
    returning,
    serving,
    starting,
)
from tests.bench.bench import QUICK, Bench, Sizes
from tests.bench.figures import Row

ROWS: dict[str, Callable[[Bench], Awaitable[None]]] = {
    "cold": starting.cold,
    "memory": starting.memory,
    "commits": committing.commits,
    "growth": committing.growth,
    "fan-out": fanout.fan_out,
    "filters": fanout.filters,
    "real-clients": fanout.real_clients,
    "first-states": fanout.first_states,
    "rollback": returning.rollback,
    "reconnect": returning.reconnect,
    "isolation": committing.isolation,
    "starts": starting.starts,
    "schemas": starting.with_schemas,
    "rules": judging.rules,
    "policies": judging.policies,
    "cluster-lists": clusters.lists,
    "cluster-applies": applying.applies,
    "cluster-memory": applying.memory,
    "admission": admission.writes,
    "analysis": analysing.mesh_of_services,
    "service-entries": deriving.service_entries,
    "git-pushes": following.pushes,
    "git-looks": following.looks,
    "git-growth": following.growth,
    "mesh-streams": serving.streams,
    "mesh-whole": serving.whole,
    "etcd": etcd.compare,
}


async def measure(bench: Bench, names: list[str]) -> None:
    """Every row in turn; one that fails is told, and the others go on."""
    try:
        for name in names:
            print(f"{name}:", flush=True)
            try:
                await ROWS[name](bench)
            except Exception as error:  # noqa: BLE001  # the others are worth having
                print(f"  failed: {type(error).__name__}: {error}", flush=True)
                bench.notes[name] = f"failed: {error}"
        stalls(bench)
    finally:
        await bench.close()


def stalls(bench: Bench) -> None:
    """The longest stall of each round of every row."""
    if not bench.stalls:
        return
    everything = [each for rounds in bench.stalls.values() for each in rounds]
    for name, rounds in bench.stalls.items():
        late = tuple(1000 * each[0] for each in rounds)
        own = 1000 * max(each[1] for each in rounds)
        note = f"p99 {figures.percentile(late, 0.99):.1f} ms; own work at most {own:.1f} ms"
        bench.add(
            Row(f"longest stall of the serving loop in a round, {name}", "ms", late, None, note)
        )
    p99 = 1000 * figures.percentile([each[0] for each in everything], 0.99)
    own = 1000 * figures.percentile([each[1] for each in everything], 0.99)
    note = f"{len(everything)} rounds; p99 of the loop's own work in them {own:.1f} ms"
    bench.add(Row("longest stall of the serving loop, p99 of all rounds", "ms", (p99,), 20, note))


def main() -> int:
    """Measure, print, write; 1 if a figure was not reached or not measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    parser.add_argument("--only", action="append", choices=ROWS, help="this row; may be repeated")
    parser.add_argument("--json", type=Path, help="write everything that was measured here")
    parser.add_argument("--folder", type=Path, help="where services and files live meanwhile")
    given = parser.parse_args()
    facts = figures.about()
    folder = Path(tempfile.mkdtemp(prefix="galley-bench-", dir=given.folder))
    bench = Bench(folder, QUICK if given.quick else Sizes())
    try:
        asyncio.run(measure(bench, given.only or list(ROWS)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(figures.table(bench.rows))
    if given.json:
        figures.write(given.json, bench.rows, {**facts, "notes": bench.notes})
    missed = [row for row in bench.rows if row.verdict.startswith("missed")]
    return 1 if missed or bench.notes else 0


if __name__ == "__main__":
    sys.exit(main())
