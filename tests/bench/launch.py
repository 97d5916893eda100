"""The service as a process of the benchmark: a settings file in, one line of addresses out."""

import sys
from pathlib import Path
from typing import Any

from galley import memory


def main(path: Path) -> None:
    """Serve as `galley serve` does."""
    with memory.importing():
        from galley import logs, service, settings_file  # noqa: PLC0415  # as the command does it
    settings = settings_file.load(path)
    logs.configure(settings.log)
    service.run(settings, path, _ready)


def _ready(service: Any) -> None:
    print(service.listener.address, service.mesh_address, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
