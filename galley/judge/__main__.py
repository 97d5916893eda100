"""Entry point of a judge: `python -P -m galley.judge FD`, started by the service only.

The file descriptor is one end of a socket pair to the service.
"""

import sys

from galley import memory


def main() -> int:
    """Import everything, then be a judge."""
    with memory.importing():
        from galley.judge.entry import be_judge  # noqa: PLC0415  # all else comes with it
    return be_judge(int(sys.argv[1]))


if __name__ == "__main__":
    sys.exit(main())
