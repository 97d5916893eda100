"""Files as a plan sends them, and where their names lead."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from galley.cli.failure import Failure
from galley.protocol.results.planning import PLAN_BYTES
from galley.worker.places import diagnostic_json
from pipeline.model import Diagnostic


@dataclass(frozen=True, slots=True)
class Given:
    """All that one source would say."""

    files: tuple[Mapping[str, Any], ...]
    """`PlanFile` maps."""
    root: Path
    """Where locators lead from."""

    def path(self, locator: str) -> str:
        """The file that a locator names here; empty for none."""
        return str(self.root / locator) if locator else ""


def sent(locator: str, data: bytes) -> dict[str, Any]:
    """A file with its content, whatever it is."""
    try:
        return {"name": locator, "text": data.decode()}
    except UnicodeDecodeError:
        return {"name": locator, "data": base64.b64encode(data).decode()}


def unreadable(locator: str, errors: tuple[Diagnostic, ...]) -> dict[str, Any]:
    """A place that the source would not be able to read."""
    found = [diagnostic_json(each, "pending") for each in errors]
    return {"name": locator, "errors": found}


def too_much() -> Failure:
    """There is more than a server takes."""
    return Failure(
        f"A plan takes {PLAN_BYTES // 1024**2} MiB of files at most, and there are more.",
        remedy="Leave out what is no configuration with `.galleyignore`.",
    )
