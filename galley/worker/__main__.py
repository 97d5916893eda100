"""Entry point of a worker process: `python -P -m galley.worker FD`, started by the service only.

The file descriptor is one end of a socket pair to the service.
"""

import sys

from galley import memory


def main() -> int:
    """Import everything, then be a worker."""
    with memory.importing():
        from galley.worker.entry import be_worker  # noqa: PLC0415  # all else comes with it
    return be_worker(int(sys.argv[1]))


if __name__ == "__main__":
    sys.exit(main())
