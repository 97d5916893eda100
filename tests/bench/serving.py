"""Clients of meshes over gRPC, beside a bare gRPC server that writes the same number of bytes."""

import statistics
from pathlib import Path
from typing import NamedTuple

from tests.bench.bench import Bench, World, child, ready
from tests.bench.child import Child
from tests.bench.figures import Row
from tests.bench.routes import ENVOY, ISTIO, Manifests

KINDS = {"mcp": "MCP incremental", "delta": "istiod's delta xDS", "envoy": "Envoy's delta xDS"}
FEW, MANY = 10, 100
"""Streams that are sent everything."""
NAMESPACES = 100
CHANGED = 16
"""Resources that change in turn, and have the size that a route has; of the others, which every
stream has to be sent once, so many are there that they are short."""


class Mesh(World):
    """A service over routes, of Istio on the wires of MCP and of istiod, or of Envoy."""

    def __init__(
        self, folder: Path, count: int, *, short: bool, manifests: Manifests = ISTIO
    ) -> None:
        """`short`: only those that change have the size of a route."""
        self.manifests = manifests
        super().__init__(
            folder,
            count,
            channel={"wires": list(manifests.wires)},
            service={"mesh_listen": "127.0.0.1:0", "mesh": {"max_message": 1 << 28}},
        )
        self.short = short

    async def start(self) -> None:
        """Write the files, and serve them."""
        for namespace in range(NAMESPACES):
            (self.service.source / f"ns-{namespace:02d}").mkdir(parents=True)
        for number in range(self.count):
            (self.service.source / place(number)).write_text(self.text(number, 0))
        await self.service.start()
        await ready(self.service)

    def change(self, number: int | None = None) -> float:
        self.revision += 1
        number = self.revision % CHANGED if number is None else number
        return self.service.replace(place(number), self.text(number, self.revision))

    def text(self, number: int, revision: int) -> str:
        """One manifest; another `revision` changes one annotation."""
        rests = self.short and number >= CHANGED
        template = self.manifests.small if rests else self.manifests.full
        return template.format(
            name=f"route-{number:06d}",
            namespace=f"ns-{number % NAMESPACES:02d}",
            team=number % 17,
            revision=revision,
        )


def place(number: int) -> str:
    """Path of a resource's file."""
    return f"ns-{number % NAMESPACES:02d}/route-{number:06d}.yaml"


class Round(NamedTuple):
    """One change to everybody, in seconds."""

    fan_out: float
    """From the commit to the last acknowledgement."""
    floor: float
    size: int
    """Bytes for each stream."""


async def streams(bench: Bench) -> None:
    """One changed resource to crowds of either protocol, alternating with a bare server."""
    for kind in KINDS:
        folder, manifests = bench.folder / f"mesh-{kind}", ENVOY if kind == "envoy" else ISTIO
        mesh = Mesh(folder, bench.sizes.medium, short=True, manifests=manifests)
        await mesh.start()
        try:
            async with child("sinks") as crowd, child("sinks") as others, child("bare") as bare:
                await _crowds(bench, mesh, kind, crowd, others, bare)
                await bare.ask("stop")
        finally:
            await mesh.service.stop()


async def _crowds(
    bench: Bench, mesh: Mesh, kind: str, crowd: Child, others: Child, bare: Child
) -> None:
    port, there = (await bare.ask("listen"))["port"], 0
    for number in bench.sizes.crowds[-2:]:
        before = await _memory(mesh, bare)
        await _connect(crowd, "ours", kind, mesh.service.mesh_port, number)
        await _connect(others, "bare", f"bare-{kind}", port, number)
        rounds = [
            await _round(bench, mesh, kind, turn, number, crowd, bare)
            for turn in range(2 * bench.sizes.rounds + 1)  # two servers differ by much each time
        ]
        grown = zip(before, await _memory(mesh, bare), strict=True)
        ours, bares = ((now - was) / (number - there) / 1000 for was, now in grown)
        there = number
        _report(bench, kind, mesh, number, rounds[1:])
        title = f"memory per stream of {KINDS[kind]}, {number:,} of them"
        bench.add(Row(title, "kB", (ours,), note=f"bare server {bares:.1f} kB"))


async def _connect(crowd: Child, group: str, kind: str, port: int, count: int) -> None:
    """Open streams until there are so many."""
    await crowd.ask("connect", within=600, group=group, kind=kind, port=port, count=count)


async def _memory(mesh: Mesh, bare: Child) -> tuple[int, int]:
    return await mesh.service.memory(), (await bare.ask("memory"))["bytes"]


async def _round(
    bench: Bench, mesh: Mesh, kind: str, turn: int, number: int, crowd: Child, bare: Child
) -> Round:
    await crowd.ask("reset", group="ours")
    begun = mesh.change(turn % CHANGED)
    committed = await mesh.committed(begun)
    acked = await mesh.acked(begun)
    report = await crowd.ask("report", group="ours")
    if report["lost"] or report["answers"] != number:
        raise RuntimeError(f"{number} streams, of which {report}")
    bench.note_stall(f"{kind} to {number:,}", mesh.service, begun, acked.seconds)
    await bench.pause()
    size = report["bytes"] // number
    floor = await bare.ask("write", size=size)
    await bench.pause()
    return Round(acked.seconds - committed.seconds, floor["seconds"], size)


def _report(bench: Bench, kind: str, mesh: Mesh, number: int, rounds: list[Round]) -> None:
    title = f"one change among {mesh.name}, commit to last ack of {number:,} {KINDS[kind]} streams"
    floor = 1000 * statistics.median(each.floor for each in rounds)
    note = f"bare server {floor:.1f} ms, {rounds[0].size:,} bytes each"
    bench.add(Row(title, "ms", tuple(1000 * each.fan_out for each in rounds), note=note))
    ratios = tuple(each.fan_out / each.floor for each in rounds)
    limit = 1.5 if number >= 1000 else None
    bench.add(Row(f"{title}, against a bare gRPC server", "x", ratios, limit))


async def whole(bench: Bench) -> None:
    """A collection that travels whole to few and to many sinks: how often it is there at most."""
    mesh = Mesh(bench.folder / "mesh-whole", bench.sizes.medium, short=False)
    await mesh.start()
    copies: dict[int, tuple[float, ...]] = {}
    size = 0
    try:
        async with child("sinks") as crowd:
            for number in (FEW, MANY):
                await _connect(crowd, "ours", "mcp-full", mesh.service.mesh_port, number)
                peaks = []
                for turn in range(bench.sizes.rounds + 1):
                    await bench.pause()
                    peak, size = await _peak(mesh, turn, number, crowd)
                    peaks.append(peak / size)
                copies[number] = tuple(peaks[1:])
    finally:
        await mesh.service.stop()
    note = f"a collection of {size / 1e6:.1f} MB"
    for number, peaks_of in copies.items():
        title = f"most copies of {mesh.name} at once while {number} full-state MCP streams get them"
        bench.add(Row(title, "x", peaks_of, 8, note))
    few, many = (statistics.median(copies[number]) for number in (FEW, MANY))
    bench.add(Row(f"the same with {MANY} streams, against {FEW}", "x", (many / few,), 1.3))


async def _peak(mesh: Mesh, turn: int, number: int, crowd: Child) -> tuple[int, int]:
    """Bytes of memory above what it rests at, and bytes of the collection."""
    await crowd.ask("reset", group="ours")
    process = Path(f"/proc/{mesh.service.pid}")
    (process / "clear_refs").write_text("5")  # VmHWM begins anew at what is in use (proc(5))
    rests = _status(process, "VmRSS")
    begun = mesh.change(turn % CHANGED)
    await mesh.acked(begun)
    report = await crowd.ask("report", group="ours")
    return _status(process, "VmHWM") - rests, report["bytes"] // number


def _status(process: Path, name: str) -> int:
    """A figure of a process's memory, in bytes."""
    lines = (process / "status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
