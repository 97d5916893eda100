"""What was measured, beside what it must reach: rows, their table, their JSON."""

import json
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("aiohttp", "uvloop", "msgpack", "watchfiles", "PyYAML", "SQLAlchemy", "zstandard")


@dataclass(frozen=True)
class Row:
    """One figure: every value that was measured, and the most its median may be."""

    figure: str
    unit: str
    values: tuple[float, ...]
    limit: float | None = None
    """None: shown for context."""
    note: str = ""
    details: dict[str, object] = field(default_factory=dict)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def verdict(self) -> str:
        if self.limit is None:
            return ""
        if self.median <= self.limit:
            return "reached"
        return f"missed by {100 * (self.median / self.limit - 1):.0f} %"

    def cells(self) -> tuple[str, ...]:
        limit = "" if self.limit is None else f"<= {self.limit:g}"
        numbers = (self.median, min(self.values), max(self.values))
        return (self.figure, self.unit, *map(short, numbers), limit, self.verdict, self.note)


HEAD = ("figure", "unit", "median", "least", "most", "must reach", "verdict", "note")


def short(number: float) -> str:
    """Three digits that matter."""
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(rows: Iterable[Row]) -> str:
    """The rows as Markdown."""
    lines = [HEAD, ("---",) * len(HEAD), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def about() -> dict[str, object]:
    """Machine, date and versions."""
    facts = Path("/proc/cpuinfo").read_text()
    models = [line.split(":")[1].strip() for line in facts.splitlines() if "model name" in line]
    memory = Path("/proc/meminfo").read_text().split()[1]
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "processors": f"{len(models)} x {models[0] if models else platform.machine()}",
        "memory_gib": round(int(memory) / 2**20, 1),
        "system": platform.platform(),
        "load_before": Path("/proc/loadavg").read_text().split()[:3],
        "python": sys.version.split()[0],
        "libraries": {name: version(name) for name in LIBRARIES},
        "revision": _revision(),
    }


def write(path: Path, rows: Iterable[Row], facts: dict[str, object]) -> None:
    """Everything as JSON."""
    told = [{**asdict(row), "median": row.median, "verdict": row.verdict} for row in rows]
    path.write_text(json.dumps({"about": facts, "rows": told}, indent=1) + "\n")


def _revision() -> str:
    command = ("git", "describe", "--always", "--dirty")
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
