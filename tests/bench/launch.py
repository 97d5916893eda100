"""The service as a process of the benchmark: a settings file in, one line with the address out."""

import sys
from pathlib import Path

from galley import logs, settings_file
from galley.service import Service, run


def _ready(service: Service) -> None:
    print(service.listener.address, flush=True)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    settings = settings_file.load(path)
    logs.configure(settings.log)
    run(settings, path, _ready)
